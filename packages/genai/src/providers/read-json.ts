/** Readers for replies: `unknown` in, nothing thrown, what is missing or malformed is left out. */

export type JsonObject = Readonly<Record<string, unknown>>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}

export function readObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

/** At most this many members of a list are read; no reply has so many choices or iterations. */
const MAX_MEMBERS = 1_000

export function readList(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.slice(0, MAX_MEMBERS).map(readObject) : []
}

export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** Adds what is there; `undefined` where nothing is. */
export function addCounts(...counts: readonly (number | undefined)[]): number | undefined {
  let sum: number | undefined
  for (const count of counts) if (count !== undefined) sum = (sum ?? 0) + count
  return sum
}

/** Takes a part off a total that contains it; `undefined` where the total is not there. */
export function subtractCount(total: number | undefined, part: number | undefined) {
  return total === undefined ? undefined : total - (part ?? 0)
}

/** Leaves out the members that are undefined. It runs for each chunk of a stream, so it is a loop. */
export function omitAbsent<T extends object>(members: {
  [K in keyof T]: T[K] | undefined
}): Partial<T> {
  const result: Partial<T> = {}
  for (const key in members) {
    if (members[key] !== undefined) result[key] = members[key]
  }
  return result
}

/** The same, and `undefined` where nothing is left. */
export function omitEmpty<T extends object>(members: { [K in keyof T]: T[K] | undefined }) {
  const result = omitAbsent<T>(members)
  return Object.keys(result).length > 0 ? result : undefined
}
