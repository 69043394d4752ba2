/** A whole number of the API: `bigint` where a float would lose digits. */
export type Count = number | bigint

export function writeCount(count: Count): string {
  return count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** `1 operation`, `2 operations`. */
export function writeCounted(count: Count, noun: string): string {
  return `${writeCount(count)} ${noun}${BigInt(count) === 1n ? '' : 's'}`
}
