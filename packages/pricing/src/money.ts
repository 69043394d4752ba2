/**
 * Exact money. An amount is a `bigint` in atto: 1e-18 USD. A rate is a fraction, in atto USD per
 * unit, as some list prices have no finite decimal per unit (0.111 USD an hour, by the second). A
 * float appears only in `toDouble`, for those who must show one.
 */
export interface Rate {
  /** Atto USD. */
  readonly num: bigint
  /** Units; at least 1. */
  readonly den: bigint
}

const ATTO_PLACES = 18
const ATTO_PER_USD = 10n ** 18n

/** At most 60 digits on either side, so that no text can make the arithmetic expensive. */
const DECIMAL = /^(-?)(\d{1,60})(?:\.(\d{1,60}))?$/

/** An exact decimal in USD without trailing zeros or exponent: `0.0238275`, `0`, `-1.5`. */
export function formatAmount(atto: bigint): string {
  return formatDecimal(atto, ATTO_PLACES)
}

/** Reads a decimal in USD, such as `0.0238275`. Throws on anything else or beyond 18 places. */
export function parseAmount(text: string): bigint {
  const { digits, places } = readDecimal(text, 'amount')
  if (places > ATTO_PLACES) {
    throw new RangeError(`amount "${text}" has ${places} decimal places; at most 18 are kept`)
  }
  return digits * 10n ** BigInt(ATTO_PLACES - places)
}

/**
 * The nearest double in USD. Reading a decimal is correctly rounded, and so is dividing two doubles
 * that are exact, which is ten times as fast: up to 2^53 atto, and up to 2^53 nano, where no digits
 * are behind them.
 */
export function toDouble(atto: bigint): number {
  if (isSafe(atto)) return Number(atto) / 1e18
  const nano = atto / ATTO_PER_NANO
  if (isSafe(nano) && nano * ATTO_PER_NANO === atto) return Number(nano) / 1e9
  return Number(formatAmount(atto))
}

const ATTO_PER_NANO = 10n ** 9n
const MAX_SAFE = 2n ** 53n

function isSafe(value: bigint): boolean {
  return value <= MAX_SAFE && value >= -MAX_SAFE
}

/**
 * A price of `text` USD for `perUnits` units, such as `2.50` per 1_000_000 tokens. `text` is a
 * decimal or, as `formatRate` writes it, a fraction of whole numbers (`1/12`). Throws on others.
 */
export function parseRate(text: string, perUnits: number): Rate {
  if (!Number.isSafeInteger(perUnits) || perUnits < 1) {
    throw new RangeError(`a rate is per a whole number of units, not per ${perUnits}`)
  }
  const [above, below, ...rest] = text.split('/')
  const { digits, places } = readDecimal(above ?? '', 'rate')
  const divisor = below === undefined ? 1n : readDecimal(below, 'rate').digits
  if (rest.length > 0 || below?.includes('.') || divisor < 1n) {
    throw new RangeError(`rate "${text}" is neither a decimal nor a fraction of whole numbers`)
  }
  return reduceRate(digits * ATTO_PER_USD, 10n ** BigInt(places) * divisor * BigInt(perUnits))
}

/** USD per one unit: an exact decimal, or `n/d` where no finite decimal exists. */
export function formatRate(rate: Rate): string {
  const { num, den } = reduceRate(rate.num, rate.den * ATTO_PER_USD)
  const twos = countFactor(den, 2n)
  const fives = countFactor(den, 5n)
  if (den !== 2n ** BigInt(twos) * 5n ** BigInt(fives)) return `${num}/${den}`
  const places = Math.max(twos, fives)
  return formatDecimal((num * 10n ** BigInt(places)) / den, places)
}

/**
 * What `quantity` units cost, in atto, rounded once, half to even. A quantity is a whole number up
 * to 2^53 - 1 or a fraction (of seconds), which is taken as the decimal that JavaScript prints.
 * Throws on a quantity that is negative, not finite or a whole number beyond 2^53 - 1.
 */
export function multiplyRate(rate: Rate, quantity: number): bigint {
  if (Number.isSafeInteger(quantity) && quantity >= 0) {
    const product = rate.num * BigInt(quantity)
    return rate.den === 1n ? product : divideHalfEven(product, rate.den)
  }
  if (!(quantity > 0 && quantity < Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`quantity is ${quantity}; it must lie between 0 and 2^53 - 1`)
  }
  const [mantissa, exponent] = String(quantity).split('e-')
  const { digits, places } = readDecimal(mantissa ?? '', 'quantity')
  const divisor = 10n ** BigInt(places + Number(exponent ?? 0))
  return divideHalfEven(rate.num * digits, rate.den * divisor)
}

/** `num / den` to the nearest integer, a tie to the even one; `den` is positive. */
function divideHalfEven(num: bigint, den: bigint): bigint {
  const size = num < 0n ? -num : num
  const floor = size / den
  const twice = (size % den) * 2n
  const up = twice > den || (twice === den && floor % 2n === 1n)
  const rounded = up ? floor + 1n : floor
  return num < 0n ? -rounded : rounded
}

function readDecimal(text: string, what: string): { digits: bigint; places: number } {
  const match = DECIMAL.exec(text)
  if (match === null) {
    const shown = text.length > 80 ? `${text.slice(0, 80)}...` : text
    throw new RangeError(`${what} "${shown}" is no decimal; write it like 0.0025`)
  }
  const [, sign = '', whole = '', fraction = ''] = match
  return { digits: BigInt(sign + whole + fraction), places: fraction.length }
}

/** `digits / 10^places` in plain notation. As few strings are made as can be: it runs per span. */
function formatDecimal(digits: bigint, places: number): string {
  if (digits < 0n) return `-${formatDecimal(-digits, places)}`
  const text = digits.toString()
  const point = text.length - places
  let end = text.length
  while (end > point && end > 0 && text.charCodeAt(end - 1) === ZERO) end--
  if (end === 0) return '0'
  if (point <= 0) return `0.${'0'.repeat(-point)}${text.slice(0, end)}`
  const whole = text.slice(0, point)
  return end === point ? whole : `${whole}.${text.slice(point, end)}`
}

const ZERO = '0'.charCodeAt(0)

/** A fraction in lowest terms; `den` is positive. */
export function reduceRate(num: bigint, den: bigint): Rate {
  let [a, b] = [num < 0n ? -num : num, den]
  while (b !== 0n) [a, b] = [b, a % b]
  return { num: num / a, den: den / a }
}

function countFactor(value: bigint, factor: bigint): number {
  let count = 0
  for (let rest = value; rest % factor === 0n; rest /= factor) count++
  return count
}
