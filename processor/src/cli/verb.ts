import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { findNearest } from '../nearest.ts'
import type { ExitCode, Io } from './io.ts'

/** One word after `spancost`. */
export interface Verb {
  readonly name: string
  /** One line for the list of verbs. */
  readonly summary: string
  /** What `--help` prints. */
  readonly help: string
  run(argv: readonly string[], io: Io): Promise<ExitCode>
}

/** The command line is wrong; `runCli` says so and exits with 2. */
export class UsageError extends Error {}

/**
 * Splits a verb's command line into flags and operands.
 * @throws UsageError for an unknown flag, a flag without its value, or operands where none are taken.
 */
export function readFlags<Flags extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  flags: Flags,
  { takesOperands = false } = {},
) {
  const known = Object.keys(flags)
  for (const argument of argv) {
    if (argument === '--') break
    const name = /^--(?:no-)?([^=]+)/.exec(argument)?.[1]
    if (name === undefined || known.includes(name)) continue
    const nearest = findNearest(name, known)
    const hint = nearest ? `; did you mean --${nearest}?` : ''
    throw new UsageError(`unknown flag --${name}${hint}`)
  }
  try {
    return parseArgs({ args: [...argv], options: flags, allowPositionals: takesOperands })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message)
    throw error
  }
}
