import type { ReportedCost } from './operation.ts'
import { attributeOf, type Source, type SpanReader } from './values.ts'

/** Where a cost stands on a span, and whose figure it is. */
export interface CostSource {
  readonly amount: Source
  /** Absent: US dollars. Where it is named and the span does not say, the amount is not read. */
  readonly currencyKey?: Source
  /** Says `provider` or `local`; anything else is not believed to be billed. */
  readonly sourceKey?: Source
  /** Whose figure it is where no attribute says so; absent: a local estimate. */
  readonly source?: ReportedCost['source']
  /** How many powers of ten the unit lies below one of the currency; xAI's ticks: 10. */
  readonly scale?: number
}

/** `undefined` where there is none, or none that can be read as an amount of money. */
export function readReportedCost(
  reader: SpanReader,
  { amount, currencyKey, sourceKey, source = 'local', scale = 0 }: CostSource,
): ReportedCost | undefined {
  const value = reader.value(amount)
  if (value === undefined) return undefined
  const digits = toDecimal(value, scale)
  if (digits === undefined) return undefined
  const currency = currencyKey === undefined ? 'USD' : reader.text([currencyKey])?.toUpperCase()
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency)) return undefined
  const told = sourceKey === undefined ? source : reader.text([sourceKey])
  return {
    amount: digits,
    currency,
    source: told === 'provider' ? 'provider' : 'local',
    key: attributeOf(amount),
  }
}

/** Nothing that one call costs has more digits than this on either side of the point. */
const MAX_DIGITS = 40

/**
 * The plain decimal of an amount, digit by digit: `1e-7` is `0.0000001`. Doubles have the shortest
 * decimal that means them, which is what their writer saw. Negative amounts are none.
 */
export function toDecimal(value: unknown, scale: number): string | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  const text = isNumber ? String(value) : typeof value === 'string' ? value.trim() : ''
  const [, whole = '', fraction = '', exponent = '0'] =
    /^(\d{1,40})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ?? []
  if (whole === '') return undefined
  const point = whole.length + Number(exponent) - scale
  if (Math.abs(point) > MAX_DIGITS) return undefined
  const digits = whole + fraction
  const padded =
    '0'.repeat(Math.max(0, 1 - point)) + digits + '0'.repeat(Math.max(0, point - digits.length))
  const at = Math.max(1, point)
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, '')
  const right = padded.slice(at).replace(/0+$/, '')
  return right === '' ? left : `${left}.${right}`
}
