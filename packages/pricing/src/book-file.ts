import type { PriceSource } from './card.ts'
import { loadExchange } from './exchange.ts'
import { compileOwnCards, readOwnCards, type OwnCards } from './sources/cards.ts'
import { compileGenaiPrices, readGenaiPrices, type GenaiPrices } from './sources/genai-prices.ts'
import { isFields } from './tables/table.ts'

/** Stands in the file, so that another shape can come later. */
const FORMAT = 'spancost-book/1'

/**
 * All prices that come with us, in one object that can be written as JSON, changed and read again:
 * the data of genai-prices as its feed has it, and our files of cards over it.
 */
export interface BookFile {
  readonly format: typeof FORMAT
  readonly genaiPrices: GenaiPrices
  readonly cards: OwnCards
}

/** The book that comes with us, as a file of its own. */
export async function exportBook(): Promise<BookFile> {
  const [genaiPrices, cards] = await Promise.all([readGenaiPrices(), readOwnCards()])
  return { format: FORMAT, genaiPrices, cards }
}

/**
 * The sources of a book file, in the place of those that come with us. A bare feed of genai-prices
 * (`prices/new_data/v2/data.json`) is taken, too: our cards stay over it.
 * @param version told in the book's name beside those in the file, as an edited file may keep them.
 * @param builtOn its date; what was to start later is left out.
 * @throws Error that says what of the file is not understood. Every rate is read and bounded.
 */
export async function readBookFile(
  value: unknown,
  { version, builtOn }: { readonly version: string; readonly builtOn: string },
): Promise<readonly PriceSource[]> {
  if (Array.isArray(value)) {
    const providers = readProviders(value, 'the list')
    const cards = compileOwnCards(await readOwnCards(), loadExchange())
    return [
      createMark(version),
      cards,
      compileGenaiPrices({ version: builtOn, builtOn, providers }),
    ]
  }
  if (!isFields(value) || value['format'] !== FORMAT) {
    throw new Error(`neither a book ("format": "${FORMAT}") nor a feed of genai-prices`)
  }
  const { genaiPrices, cards } = value
  if (!isFields(genaiPrices)) throw new Error('genaiPrices: expected an object')
  if (!isFields(cards)) throw new Error('cards: expected an object')
  const { files } = cards
  if (!isFields(files)) throw new Error('cards.files: expected an object')
  return [
    createMark(version),
    compileOwnCards(
      { version: readVersion(cards['version'], 'cards.version'), files },
      loadExchange(),
    ),
    compileGenaiPrices({
      version: readVersion(genaiPrices['version'], 'genaiPrices.version'),
      builtOn: readDate(genaiPrices['builtOn'], 'genaiPrices.builtOn'),
      providers: readProviders(genaiPrices['providers'], 'genaiPrices.providers'),
    }),
  ]
}

/** Says in a book's name which file it was. */
function createMark(version: string): PriceSource {
  return { name: 'file', version, listings: [] }
}

/** Their models are read by the compiler, which names the one that it does not understand. */
function readProviders(value: unknown, path: string): GenaiPrices['providers'] {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  if (list.length > 0 && list.every(isProvider)) return list
  throw new Error(`${path}: expected providers with an id and models`)
}

function isProvider(value: unknown): value is GenaiPrices['providers'][number] {
  return isFields(value) && typeof value['id'] === 'string' && Array.isArray(value['models'])
}

/** It stands on spans and in the ledger. */
function readVersion(value: unknown, path: string): string {
  if (typeof value === 'string' && /^[\w.-]{1,64}$/.test(value)) return value
  throw new Error(`${path}: expected up to 64 letters, digits, dots and dashes`)
}

function readDate(value: unknown, path: string): string {
  const isDate = typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)
  if (isDate && !Number.isNaN(Date.parse(value))) return value
  throw new Error(`${path}: expected a date such as 2026-09-23`)
}
