/**
 * A whole number from `least` on, of a flag of a program.
 * @throws Error that names the flag and what was given.
 */
export function readWhole(flag: string, text: string, least = 0): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= least) return value
  throw new Error(`--${flag} is ${JSON.stringify(text)}; expected a whole number from ${least} on`)
}

/**
 * A number above 0, which may be a fraction, of a flag of a program.
 * @throws Error that names the flag and what was given.
 */
export function readPositive(flag: string, text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value > 0 && value < Infinity) return value
  throw new Error(`--${flag} is ${JSON.stringify(text)}; expected a number above 0`)
}
