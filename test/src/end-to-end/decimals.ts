/** Exact, unlike a sum of doubles: decimals with up to 18 places, as integers of the 18th. */
export function sumDecimals(decimals: Iterable<string>): bigint {
  let sum = 0n
  for (const decimal of decimals) {
    const [whole, places = ''] = decimal.split('.')
    sum += BigInt(`${whole}${places.padEnd(18, '0')}`)
  }
  return sum
}
