import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createOverrides, loadBook, type PriceBook, type PriceSource } from '@spancost/pricing'
import { parse } from 'yaml'
import type { Config } from './config.ts'
import { describeError } from './describe-error.ts'

/** Far more than a price list needs; a wrong path must not fill the memory. */
const MAX_FILE_BYTES = 16 * 1024 * 1024

/**
 * The book that comes with us, under the user's own cards. Their version in the book's name is a
 * digest of the files, so that an entry tells which prices were in force.
 * @throws Error that names the file and what is wrong in it.
 */
export async function openBook({ cards, selfHosted }: Config['prices']): Promise<PriceBook> {
  const sources = [
    ...(await readSource(cards, 'override')),
    ...(await readSource(selfHosted, 'self_hosted')),
  ]
  return loadBook(sources)
}

async function readSource(
  paths: readonly string[],
  kind: 'override' | 'self_hosted',
): Promise<readonly PriceSource[]> {
  if (paths.length === 0) return []
  const digest = createHash('sha256')
  const files: { name: string; value: unknown }[] = []
  for (const path of paths) {
    const text = await readText(path)
    digest.update(`${text.length}\n${text}`)
    files.push({ name: path, value: parseText(path, text) })
  }
  return [createOverrides(files, digest.digest('hex').slice(0, 12), kind)]
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
