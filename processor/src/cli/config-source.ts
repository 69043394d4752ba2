import { createReadStream } from 'node:fs'
import { text } from 'node:stream/consumers'
import { readConfig, type Config, type ConfigFault } from '../config.ts'
import { describeError } from '../describe-error.ts'
import { openBooks, type Books } from '../open-book.ts'
import { writeLine, type Io } from './io.ts'
import { UsageError } from './verb.ts'

/** What is read where no `--config` is given, if it is there. */
const DEFAULT_FILE = 'spancost.yaml'

/** `readConfig` refuses more than this; reading a little beyond it is enough to see that. */
const MAX_READ_BYTES = 1024 * 1024 + 1

export type LoadedConfig =
  /** Without `file`, it is the defaults. */
  | { readonly kind: 'config'; readonly config: Config; readonly file?: string }
  | { readonly kind: 'faults'; readonly faults: readonly ConfigFault[]; readonly file: string }

/**
 * Reads the config of `--config`, else `./spancost.yaml`, else the defaults.
 * @throws UsageError if a file cannot be read.
 */
export async function loadConfig(
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LoadedConfig> {
  const file = given ?? DEFAULT_FILE
  const written = await readStart(file, given === undefined)
  const read = readConfig(written ?? '', env)
  if (read.kind === 'faults') return { ...read, file }
  return written === undefined ? read : { ...read, file }
}

async function readStart(file: string, mayBeAbsent: boolean): Promise<string | undefined> {
  try {
    return await text(createReadStream(file, { end: MAX_READ_BYTES - 1 }))
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (isAbsent && mayBeAbsent) return undefined
    throw new UsageError(`cannot read the config ${file}: ${describeError(error)}`)
  }
}

/** One line for people, with the place as editors and terminals understand it. */
export function formatFault(file: string, { line, path, message }: ConfigFault): string {
  return path === '' ? `${file}:${line}: ${message}` : `${file}:${line}: ${path}: ${message}`
}

export interface Configured {
  readonly config: Config
  readonly books: Books
}

/**
 * The config of `--config`, as `loadConfig` finds it, and the books that the processor would price
 * by. Where either is wrong, that is said on standard error, and there is nothing.
 */
export async function openConfigured(
  given: string | undefined,
  { env, stderr }: Pick<Io, 'env' | 'stderr'>,
): Promise<Configured | undefined> {
  const loaded = await loadConfig(given, env)
  if (loaded.kind === 'faults') {
    for (const fault of loaded.faults) await writeLine(stderr, formatFault(loaded.file, fault))
    return undefined
  }
  const { config } = loaded
  try {
    return { config, books: await openBooks(config.prices) }
  } catch (error) {
    await writeLine(stderr, `spancost: ${describeError(error)}`)
    return undefined
  }
}
