import type { SpanFacts } from './operation.ts'

/** A text attribute, trimmed; `undefined` where it is absent, empty or no text. */
export function readText(span: SpanFacts, key: string): string | undefined {
  const value = span.attribute(key)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return text === '' ? undefined : text
}

/**
 * A count, whatever numeric form it came in (some emitters write integers as doubles or strings).
 * A value that is there but is no count becomes `NaN`, which `splitUsage` reports as bad usage:
 * dropping it would make unreadable usage look like no usage.
 */
export function readCount(span: SpanFacts, key: string): number | undefined {
  const value = span.attribute(key)
  if (value === undefined) return undefined
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string' && /^\d+$/.test(value)) return Number(value)
  return Number.NaN
}
