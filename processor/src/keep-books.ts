import { stat } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { PriceSource } from '@spancost/pricing'
import type { Logger } from 'pino'
import {
  compareWithForce,
  findSuspicions,
  keepBook,
  loadBaseSources,
  MAX_BOOK_BYTES,
  readBookAt,
  readBookText,
  type BookSettings,
} from './book-source.ts'
import type { Config } from './config.ts'
import { describeError } from './describe-error.ts'
import { openBooks, type Books } from './open-book.ts'

/** What became of a new book. Only `taken` changes prices. */
export type BookOutcome = 'taken' | 'refused' | 'failed' | 'unchanged'

export interface KeptBooks extends Books {
  stop(): void
}

const LOOK_AT_FILE_MS = 10_000
/** Of the many suspicions that a bad book may give, enough to see what it is. */
const MAX_LOGGED = 20

/**
 * The books of the config, kept up to date without a restart: a book file is looked at every ten
 * seconds, and an address is asked on its schedule. A new book is read, bounded and compared with
 * the one in force first; one that is bad or suspicious changes nothing but the log and a metric.
 * @param onOutcome told what became of each new book.
 */
export async function keepBooks(
  prices: Config['prices'],
  log: Logger,
  onOutcome: (outcome: BookOutcome) => void,
): Promise<KeptBooks> {
  const { book } = prices
  let base = await loadBaseSources(book)
  let books = await openBooks(prices, base)
  if (book === undefined) return { of: (tenant) => books.of(tenant), stop: () => {} }

  /** Serial: `consider` is only called by one look or fetch at a time. */
  async function consider(fresh: readonly PriceSource[], from: string): Promise<BookOutcome> {
    const differences = compareWithForce(base, fresh)
    const suspicions = findSuspicions(differences, book!)
    if (suspicions.length > 0) {
      const shown = suspicions.slice(0, MAX_LOGGED)
      log.error({ from, suspicions: shown, count: suspicions.length }, 'a price book was refused')
      return 'refused'
    }
    books = await openBooks(prices, fresh)
    base = fresh
    const { id } = books.of(undefined)
    log.info({ from, book: id, differences: differences.length }, 'a price book was taken')
    return 'taken'
  }

  const attempt = (from: string, look: () => Promise<BookOutcome>) => async (): Promise<void> => {
    let outcome: BookOutcome
    try {
      outcome = await look()
    } catch (error) {
      log.error({ from, message: describeError(error) }, 'a price book could not be read')
      outcome = 'failed'
    }
    if (outcome !== 'unchanged') onOutcome(outcome)
  }
  const stops: (() => void)[] = []
  const { path, url } = book
  if (url !== undefined) {
    const look = createFetcher(url, book, consider)
    stops.push(repeat(attempt(url, look), book.interval, 0.1, true))
  } else if (path !== undefined) {
    const look = await createWatcher(path, consider)
    stops.push(repeat(attempt(path, look), LOOK_AT_FILE_MS, 0, false))
  }
  return { of: (tenant) => books.of(tenant), stop: () => stops.forEach((each) => each()) }
}

type Consider = (fresh: readonly PriceSource[], from: string) => Promise<BookOutcome>

/** Looks at the file's time and size first; a file that is bad is tried again when it changes. */
async function createWatcher(
  path: string,
  consider: Consider,
): Promise<() => Promise<BookOutcome>> {
  const readMark = async (): Promise<string> => {
    const { mtimeMs, size } = await stat(path)
    return `${mtimeMs} ${size}`
  }
  let seen = await readMark()
  return async () => {
    const mark = await readMark()
    if (mark === seen) return 'unchanged'
    seen = mark
    return consider(await readBookAt(path), path)
  }
}

/** Asks with what the last answer was marked with, so that an unchanged book costs a few bytes. */
function createFetcher(
  url: string,
  { path, headers, timeout }: BookSettings,
  consider: Consider,
): () => Promise<BookOutcome> {
  let conditions: Readonly<Record<string, string>> = {}
  return async () => {
    const response = await fetch(url, {
      headers: { ...headers, ...conditions },
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    })
    if (response.status === 304) return 'unchanged'
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    const written = await readBounded(response)
    const modified = Date.parse(response.headers.get('last-modified') ?? '')
    const asOf = new Date(Number.isNaN(modified) ? Date.now() : modified)
    const outcome = await consider(await readBookText(written, asOf), url)
    if (outcome === 'taken' && path !== undefined) await keepBook(path, written)
    // A refused book is not fetched again before it changes; one that cannot be read is.
    conditions = readConditions(response.headers)
    return outcome
  }
}

function readConditions(headers: Headers): Readonly<Record<string, string>> {
  const [etag, modified] = [headers.get('etag'), headers.get('last-modified')]
  return {
    ...(etag !== null && { 'if-none-match': etag }),
    ...(modified !== null && { 'if-modified-since': modified }),
  }
}

async function readBounded({ body }: Response): Promise<string> {
  if (body === null) throw new Error('an empty answer')
  let length = 0
  async function* bound(): AsyncGenerator<Uint8Array> {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > MAX_BOOK_BYTES) throw new Error(`more than ${MAX_BOOK_BYTES} bytes`)
      yield chunk
    }
  }
  return readAll(bound())
}

/** Runs again so long after each end, give or take a share of it. Never keeps the process alive. */
function repeat(
  run: () => Promise<void>,
  everyMs: number,
  jitter: number,
  isAtOnce: boolean,
): () => void {
  let timer: NodeJS.Timeout
  let isStopped = false
  const wait = (): void => {
    if (isStopped) return
    const afterMs = everyMs * (1 + jitter * (2 * Math.random() - 1))
    timer = setTimeout(() => void run().then(wait), afterMs)
    timer.unref()
  }
  if (isAtOnce) void run().then(wait)
  else wait()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}
