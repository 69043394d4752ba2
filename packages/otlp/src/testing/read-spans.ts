import type { AttributeValue, ScanKeys, ScannedSpan } from '../scan.ts'

/** A span that has been asked for all it can tell. */
export interface ReadSpan extends Omit<ScannedSpan, 'attributes'> {
  readonly attributes: ReadonlyMap<string, AttributeValue>
}

/** Scanned spans as plain values, which can be compared. */
export function readSpans(spans: readonly ScannedSpan[], keys: ScanKeys): ReadSpan[] {
  return spans.map((span) => readSpan(span, keys))
}

function readSpan(span: ScannedSpan, keys: ScanKeys): ReadSpan {
  const { traceId, spanId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano } = span
  const attributes = new Map<string, AttributeValue>()
  for (const key of [...keys.marks, ...keys.span, ...keys.own, ...keys.shared, 'not.wanted']) {
    const value = span.attributes.get(key)
    if (value !== undefined) attributes.set(key, value)
  }
  const { scope, resource } = span
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    startTimeUnixNano,
    endTimeUnixNano,
    attributes,
    scope,
    resource,
  }
}
