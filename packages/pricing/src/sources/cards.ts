import { readdir, readFile } from 'node:fs/promises'
import type { PriceSource } from '../card.ts'
import type { Exchange } from '../exchange.ts'
import { readCardFile } from './cards/card-file.ts'
import { compileFile } from './cards/compile-file.ts'

const FOLDER = new URL('../../cards/', import.meta.url)
/** The day on which the cards were last gone over. */
const VERSION = '2026-11-23'

/** Our own dated cards, of the folder `cards`: they fill and correct what the default data has. */
export async function readOwnCards(): Promise<OwnCards> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).toSorted()
  const files = await Promise.all(
    names.map(async (name): Promise<[string, unknown]> => {
      const text = await readFile(new URL(name, FOLDER), 'utf8')
      return [name, parseJson(text, `cards/${name}`)]
    }),
  )
  return { version: VERSION, files: Object.fromEntries(files) }
}

/** Files of cards by name, as a parser made them. */
export interface OwnCards {
  readonly version: string
  readonly files: Readonly<Record<string, unknown>>
}

/** Throws an error that names the file and the path in it. */
export function compileOwnCards({ version, files }: OwnCards, exchange: Exchange): PriceSource {
  const listings = Object.entries(files).flatMap(([name, value]) =>
    compileFile(readCardFile(value, `cards/${name}`), { prefix: 'cards:' }, exchange),
  )
  return { name: 'cards', version, listings, isAdditive: true }
}

/** The parser tells line and column, but not the file. */
function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${name}: ${String(error)}`, { cause: error })
  }
}

/**
 * The user's own cards: what a parser made of files in the same shape. They win over everything,
 * and ratings say so. Throws an error that names the file and the path in it.
 * @param version stands in the book's id, behind the kind.
 */
export function createOverrides(
  files: readonly { readonly name: string; readonly value: unknown }[],
  version: string,
  { kind = 'override', tenant, exchange = new Map() }: OverrideOptions = {},
): PriceSource {
  const prefix = tenant === undefined ? `${kind}:` : `${kind}:${tenant}:`
  const listings = files.flatMap(({ name, value }) =>
    compileFile(readCardFile(value, name), { prefix, kind }, exchange),
  )
  return { name: kind, version, listings, isAdditive: true }
}

interface OverrideOptions {
  readonly kind?: 'override' | 'self_hosted' | undefined
  /** Whose cards they are, where they are not everybody's: told in the cards' ids. */
  readonly tenant?: string | undefined
  /** For cards that are not in USD. */
  readonly exchange?: Exchange
}
