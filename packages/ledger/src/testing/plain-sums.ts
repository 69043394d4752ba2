import type { Unit } from '@spancost/genai'
import type { CostPart } from '@spancost/pricing/rating'
import type { Entry } from '../entry.ts'
import type { Sums, TokenType, Total } from '../store.ts'

/**
 * The oracle of the tests: sums over entries by the plainest arithmetic there is. It shares nothing
 * with the stores, and has its own table of what belongs where.
 */

const BELONGS_TO: Readonly<Record<Unit, readonly [CostPart, TokenType | undefined]>> = {
  input: ['input', 'input'],
  input_audio: ['input', 'input'],
  input_image: ['input', 'input'],
  cache_read: ['cache_read', 'cache_read'],
  cache_read_audio: ['cache_read', 'cache_read'],
  cache_write: ['cache_write', 'cache_write'],
  cache_write_1h: ['cache_write', 'cache_write'],
  output: ['output', 'output'],
  output_audio: ['output', 'output'],
  output_image: ['output', 'output'],
  reasoning: ['output', 'reasoning'],
  web_search: ['other', undefined],
  search: ['other', undefined],
  request: ['other', undefined],
  image: ['other', undefined],
  page: ['other', undefined],
  character: ['other', undefined],
  audio_second: ['other', undefined],
  video_second: ['other', undefined],
  gpu_second: ['other', undefined],
}

export function addUp(entries: Iterable<Entry>): Sums {
  const parts = { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, other: 0n }
  const tokens = { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, reasoning: 0n }
  let [operations, costAtto] = [0n, 0n]
  for (const { units, rating } of entries) {
    operations += 1n
    costAtto += rating.costAtto ?? 0n
    for (const line of rating.lines) parts[BELONGS_TO[line.unit][0]] += line.costAtto
    for (const [unit, quantity] of units) {
      const type = BELONGS_TO[unit][1]
      if (type !== undefined) tokens[type] += BigInt(quantity)
    }
  }
  return { operations, costAtto, parts, tokens }
}

/** Adds up each group of entries that have the same key. */
export function addUpBy<Item extends Entry>(
  entries: Iterable<Item>,
  keyOf: (entry: Item) => string,
): Map<string, Sums> {
  const groups = Map.groupBy(entries, keyOf)
  return new Map([...groups].map(([key, group]) => [key, addUp(group)]))
}

/** What a store answered, in the shape of `addUpBy`. */
export function keySums<Row extends Sums>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): Map<string, Sums> {
  return new Map(rows.map((row) => [keyOf(row), pickSums(row)]))
}

/** Of something that has sums and more, the sums. */
export function pickSums({ operations, costAtto, parts, tokens }: Sums): Sums {
  return { operations, costAtto, parts, tokens }
}

/** What totals say that was spent: all that was ever counted, less what was taken back. */
export function takeBack(totals: readonly Total[]): Total[] {
  return totals
    .map(({ reversed, ...total }) => (reversed === undefined ? total : subtract(total, reversed)))
    .filter(({ operations }) => operations !== 0n)
}

function subtract(total: Total, less: Sums): Total {
  const each = <Name extends string>(from: Record<Name, bigint>, by: Record<Name, bigint>) =>
    Object.fromEntries(
      Object.entries<bigint>(from).map(([name, value]) => [name, value - by[name as Name]]),
    ) as Record<Name, bigint>
  return {
    ...total,
    operations: total.operations - less.operations,
    costAtto: total.costAtto - less.costAtto,
    parts: each(total.parts, less.parts),
    tokens: each(total.tokens, less.tokens),
  }
}
