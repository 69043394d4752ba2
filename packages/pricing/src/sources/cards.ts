import { readdir, readFile } from 'node:fs/promises'
import type { PriceSource } from '../card.ts'
import { readCardFile } from './cards/card-file.ts'
import { compileFile } from './cards/compile-file.ts'

const FOLDER = new URL('../../cards/', import.meta.url)
/** The day on which the cards were last gone over. */
const VERSION = '2026-11-23'

/** Our own dated cards, of the folder `cards`: they fill and correct what the default data has. */
export async function loadCards(): Promise<PriceSource> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).toSorted()
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, FOLDER), 'utf8')))
  const listings = texts.flatMap((text, index) => {
    const name = `cards/${names[index]}`
    return compileFile(readCardFile(parseJson(text, name), name), { prefix: 'cards:' })
  })
  return { name: 'cards', version: VERSION, listings, isAdditive: true }
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
 * @param tenant whose cards they are, where they are not everybody's: told in the cards' ids.
 */
export function createOverrides(
  files: readonly { readonly name: string; readonly value: unknown }[],
  version: string,
  kind: 'override' | 'self_hosted' = 'override',
  tenant?: string,
): PriceSource {
  const prefix = tenant === undefined ? `${kind}:` : `${kind}:${tenant}:`
  const listings = files.flatMap(({ name, value }) =>
    compileFile(readCardFile(value, name), { prefix, kind }),
  )
  return { name: kind, version, listings, isAdditive: true }
}
