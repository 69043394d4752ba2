import { createHash } from 'node:crypto'
import { readFile, rename, stat, writeFile } from 'node:fs/promises'
import {
  compareBooks,
  loadSources,
  readBookFile,
  type BookDifference,
  type PriceSource,
} from '@spancost/pricing'
import type { Config } from './config.ts'
import { describeError } from './describe-error.ts'

/** The book that comes with us has 2 MiB. */
export const MAX_BOOK_BYTES = 32 * 1024 * 1024

export type BookSettings = NonNullable<Config['prices']['book']>

/** How much a new book may differ from the one in force. */
export type BookLimits = Pick<BookSettings, 'maxChange' | 'mayRemove'>

/**
 * The prices under the user's own: the file that the config names, or those that come with us. A
 * file that only keeps what was fetched may not be there yet.
 * @throws Error that names the file and what is wrong in it.
 */
export async function loadBaseSources(
  book: Config['prices']['book'],
): Promise<readonly PriceSource[]> {
  if (book?.path === undefined) return loadSources()
  const { path, url } = book
  try {
    return await readBookAt(path)
  } catch (error) {
    if (url !== undefined && isAbsent(error)) return loadSources()
    throw new Error(`the price book ${path}: ${describeError(error)}`, { cause: error })
  }
}

export async function readBookAt(path: string): Promise<readonly PriceSource[]> {
  const { size, mtime } = await stat(path)
  if (size > MAX_BOOK_BYTES) throw new Error(`${size} bytes; at most ${MAX_BOOK_BYTES} are read`)
  return readBookText(await readFile(path, 'utf8'), mtime)
}

/** @param asOf the day that a feed was made, which does not tell it itself. */
export function readBookText(text: string, asOf: Date): Promise<readonly PriceSource[]> {
  const version = createHash('sha256').update(text).digest('hex').slice(0, 12)
  return readBookFile(JSON.parse(text), { version, builtOn: asOf.toISOString().slice(0, 10) })
}

/** Written beside it first, so that no reader ever sees half of a book. */
export async function keepBook(path: string, text: string): Promise<void> {
  const beside = `${path}.new`
  await writeFile(beside, text)
  await rename(beside, path)
}

/** Why a new book is suspicious beside the one in force, in words; empty: it is not. */
export function findSuspicions(
  differences: readonly BookDifference[],
  { maxChange, mayRemove }: BookLimits,
): readonly string[] {
  return differences.flatMap(({ card, kind, units }) => {
    if (kind === 'removed') return mayRemove ? [] : [`${card} has vanished`]
    return units.flatMap(({ unit, before, after, factor }) => {
      if (before === undefined) return []
      if (after === undefined) return mayRemove ? [] : [`${card}: the rate of ${unit} has vanished`]
      const isFar = factor === undefined || factor > maxChange
      return isFar ? [`${card}: the rate of ${unit} goes from ${before} to ${after}`] : []
    })
  })
}

/** What of a new book differs from the one in force, now. */
export function compareWithForce(
  before: readonly PriceSource[],
  after: readonly PriceSource[],
): readonly BookDifference[] {
  return compareBooks(before, after, Date.now())
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
