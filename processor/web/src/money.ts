/**
 * Amounts are exact decimals of USD, as the API writes them, and `bigint` in 1e-18 USD ("atto")
 * where they are added up or compared. No amount is ever a float.
 */
const DECIMALS = 18

/** @throws Error if it is no decimal, or one with more than 18 decimal places. */
export function toAtto(amount: string): bigint {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(amount) ?? []
  if (sign === undefined) throw new Error(`${amount} is no amount`)
  const magnitude = BigInt(whole + fraction.padEnd(DECIMALS, '0'))
  return sign === '-' ? -magnitude : magnitude
}

export function compareAmounts(one: { amount: string }, other: { amount: string }): number {
  const [left, right] = [toAtto(one.amount), toAtto(other.amount)]
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** The exact decimal, without trailing zeros. */
export function fromAtto(atto: bigint): string {
  const digits = magnitudeOf(atto)
    .toString()
    .padStart(DECIMALS + 1, '0')
  const fraction = digits.slice(-DECIMALS).replace(/0+$/, '')
  const text = digits.slice(0, -DECIMALS) + (fraction === '' ? '' : `.${fraction}`)
  return atto < 0n ? `-${text}` : text
}

/** Small costs keep this many digits that say something. */
const SIGNIFICANT = 3
const CENTS = 2

/**
 * An amount as people read it: cents from 1 USD on, below it three significant digits, so that a
 * small cost never looks like none. Half is rounded up. `0` is exactly nothing.
 */
export function shortenAmount(amount: string): string {
  const atto = toAtto(amount)
  if (atto === 0n) return '0'
  const magnitude = magnitudeOf(atto)
  const digits = magnitude.toString().length
  const places = Math.min(DECIMALS, Math.max(CENTS, DECIMALS - digits + SIGNIFICANT))
  const step = 10n ** BigInt(DECIMALS - places)
  const rounded = ((magnitude + step / 2n) / step) * step
  const text = separate(fromAtto(rounded))
  const [whole = '', fraction = ''] = text.split('.')
  return `${atto < 0n ? '−' : ''}${whole}.${fraction.padEnd(CENTS, '0')}`
}

/** With all of its digits. */
export function writeAmount(amount: string): string {
  return separate(amount.replace('-', '−'))
}

/** Thousands, before the point only: a fraction is read digit by digit. */
function separate(decimal: string): string {
  const [whole = '', ...fraction] = decimal.split('.')
  return [whole.replace(/\B(?=(\d{3})+$)/g, ','), ...fraction].join('.')
}

/** How many digits stand behind the point: columns are aligned by it. */
export function countPlaces(text: string): number {
  return text.includes('.') ? text.length - text.indexOf('.') - 1 : 0
}

/** 0 to 1, for the length of a bar; the one place where an amount loses digits. */
export function toFraction(part: bigint, whole: bigint): number {
  return whole <= 0n || part <= 0n ? 0 : Number((part * 10_000n) / whole) / 10_000
}

/** A share in percent that neither hides a little nor claims all. */
export function writeShare(part: bigint, whole: bigint): string {
  if (whole <= 0n) return '–'
  if (part === 0n) return '0 %'
  if (part === whole) return '100 %'
  const permille = (part * 2000n + whole) / (2n * whole)
  if (permille < 1n) return '< 0.1 %'
  if (permille > 999n) return '> 99.9 %'
  return `${permille / 10n}.${permille % 10n} %`
}

/** An exact decimal times 1 000 000; a fraction such as `1/3`, or what else is no decimal, is `undefined`. */
export function toPerMillion(rate: string): string | undefined {
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(rate) ?? []
  if (whole === undefined) return undefined
  const shifted = fraction.padEnd(6, '0')
  const digits = (whole + shifted.slice(0, 6)).replace(/^0+(?=\d)/, '')
  const rest = shifted.slice(6).replace(/0+$/, '')
  return rest === '' ? digits : `${digits}.${rest}`
}

function magnitudeOf(atto: bigint): bigint {
  return atto < 0n ? -atto : atto
}
