import type { AttributeValue, ScanKeys } from '../scan.ts'
import type { PlainAttribute, PlainRequest, PlainValue } from './oracle.ts'
import type { ReadSpan } from './read-spans.ts'

/** What a scan has to find in a request that the oracle decoded. */
export function expectedSpans(request: PlainRequest, keys: ScanKeys): ReadSpan[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans
        .filter(({ attributes }) => attributes.some(({ key }) => keys.marks.includes(key ?? '')))
        .map((span) => ({
          traceId: hexId(span.traceId, 16),
          spanId: hexId(span.spanId, 8),
          parentSpanId: hexId(span.parentSpanId, 8),
          name: cut(span.name ?? ''),
          startTimeUnixNano: BigInt(span.startTimeUnixNano ?? 0),
          endTimeUnixNano: BigInt(span.endTimeUnixNano ?? 0),
          attributes: firstOf(span.attributes, [...keys.span, ...keys.marks]),
          scope: {
            name: cut(scope?.name ?? ''),
            version: cut(scope?.version ?? ''),
            attributes: firstOf(scope?.attributes ?? [], keys.shared),
          },
          resource: firstOf(resource?.attributes ?? [], keys.shared),
        })),
    ),
  )
}

function hexId(base64: string | undefined, length: number): string {
  const id = Buffer.from(base64 ?? '', 'base64')
  return id.length === length && id.some((byte) => byte !== 0) ? id.toString('hex') : ''
}

function firstOf(
  attributes: readonly PlainAttribute[],
  keys: readonly string[],
): ReadonlyMap<string, AttributeValue> {
  const found = new Map<string, AttributeValue>()
  for (const key of keys) {
    const value = plainValue(attributes.find((attribute) => attribute.key === key)?.value, true)
    if (value !== undefined) found.set(key, value)
  }
  return found
}

function plainValue(value: PlainValue | undefined, lists: boolean): AttributeValue | undefined {
  if (value?.stringValue !== undefined) return cut(value.stringValue)
  if (value?.boolValue !== undefined) return value.boolValue
  if (value?.doubleValue !== undefined) return value.doubleValue
  if (value?.intValue !== undefined) {
    const isSafe = Number.isSafeInteger(Number(value.intValue))
    return isSafe ? Number(value.intValue) : BigInt(value.intValue)
  }
  if (value?.arrayValue === undefined || !lists) return undefined
  const items = (value.arrayValue.values ?? []).map((item) => plainValue(item, false))
  return items.filter((item) => item !== undefined)
}

/** The longest beginning of whole characters that fits into 1024 bytes. */
function cut(text: string): string {
  if (Buffer.byteLength(text) <= 1024) return text
  let kept = ''
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > 1024) break
    kept += character
  }
  return kept
}
