import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import {
  createBook,
  createOverrides,
  loadExchange,
  type Discount,
  type Exchange,
  type PriceBook,
  type PriceSource,
  type Terms,
} from '@spancost/pricing'
import { parse } from 'yaml'
import { loadBaseSources } from './book-source.ts'
import type { Config } from './config.ts'
import { describeError } from './describe-error.ts'

/** The book of everybody, and those of tenants with prices of their own. */
export interface Books {
  /** Every call of a tenant gives the same book, until the prices change. */
  of(tenant: string | undefined): PriceBook
}

type OwnPrices = Pick<Config['prices'], 'cards' | 'selfHosted' | 'aliases' | 'discounts'> & {
  readonly unknown?: Config['prices']['unknown'] | undefined
}

/** Far more than a price list needs; a wrong path must not fill the memory. */
const MAX_FILE_BYTES = 16 * 1024 * 1024

/**
 * The books that come with us, under the user's own cards and terms. Their versions in a book's
 * name are digests of what was written, so that an entry tells which prices were in force.
 * @param given the prices under the user's own; absent: those that the config names.
 * @throws Error that names the file and what is wrong in it.
 */
export async function openBooks(
  prices: Config['prices'],
  given?: readonly PriceSource[],
): Promise<Books> {
  const under = given ?? (await loadBaseSources(prices.book))
  const exchange = loadExchange(prices.exchange)
  const base = [...(await readSources(prices, { exchange })), ...under]
  const shared = createOwnBook(base, prices)
  const own = await Promise.all(
    Object.entries(prices.tenants).map(async ([tenant, theirs]) => {
      const { aliases, discounts, unknown = prices.unknown } = theirs
      const sources = [...(await readSources(theirs, { tenant, exchange })), ...base]
      const merged = {
        ...theirs,
        unknown,
        aliases: [...aliases, ...prices.aliases],
        discounts: [...discounts, ...prices.discounts],
      }
      return [tenant, createOwnBook(sources, merged)] as const
    }),
  )
  const books = new Map(own)
  return { of: (tenant) => (tenant === undefined ? shared : (books.get(tenant) ?? shared)) }
}

/** Terms stand in the book's name as cards do. */
function createOwnBook(sources: readonly PriceSource[], prices: OwnPrices): PriceBook {
  const { aliases, discounts, unknown = 'unpriced' } = prices
  const terms: Terms = {
    aliases: aliases.map(({ provider, means, ...alias }) => ({
      ...alias,
      ...(provider !== undefined && { provider }),
      means: {
        model: means.model,
        ...(means.provider !== undefined && { provider: means.provider }),
      },
    })),
    discounts: discounts.map(toDiscount),
    ...(unknown !== 'unpriced' && { fallback: unknown }),
  }
  const isEmpty = aliases.length + discounts.length === 0 && unknown === 'unpriced'
  if (isEmpty) return createBook(sources)
  const version = createHash('sha256').update(JSON.stringify(terms)).digest('hex').slice(0, 12)
  return createBook([{ name: 'terms', version, listings: [] }, ...sources], terms)
}

function toDiscount(written: OwnPrices['discounts'][number]): Discount {
  const { name, provider, model, units, times, from: fromMs, to: toMs } = written
  return {
    name,
    times,
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { model }),
    ...(units !== undefined && { units }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  }
}

/** Whose cards are read, and what other currencies are worth. */
interface Mark {
  readonly tenant?: string
  readonly exchange: Exchange
}

async function readSources(
  { cards, selfHosted }: Pick<OwnPrices, 'cards' | 'selfHosted'>,
  mark: Mark,
): Promise<readonly PriceSource[]> {
  return [
    ...(await readSource(cards, 'override', mark)),
    ...(await readSource(selfHosted, 'self_hosted', mark)),
  ]
}

async function readSource(
  paths: readonly string[],
  kind: 'override' | 'self_hosted',
  { tenant, exchange }: Mark,
): Promise<readonly PriceSource[]> {
  if (paths.length === 0) return []
  const digest = createHash('sha256')
  const files: { name: string; value: unknown }[] = []
  for (const path of paths) {
    const text = await readText(path)
    digest.update(`${text.length}\n${text}`)
    files.push({ name: path, value: parseText(path, text) })
  }
  const options = { kind, tenant, exchange }
  return [createOverrides(files, digest.digest('hex').slice(0, 12), options)]
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new Error(`cannot read the price cards ${path}: ${describeError(error)}`, {
      cause: error,
    })
  }
  if (bytes.length > MAX_FILE_BYTES) {
    throw new Error(`the price cards ${path} are larger than ${MAX_FILE_BYTES} bytes`)
  }
  return bytes.toString('utf8')
}

/** YAML, of which JSON is a part. */
function parseText(path: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 100 })
  } catch (error) {
    throw new Error(`the price cards ${path} are no YAML: ${describeError(error)}`, {
      cause: error,
    })
  }
}
