import { findNearest } from '../nearest.ts'
import { VERSION } from '../version.ts'
import { alerts } from './alerts.ts'
import { budget } from './budget.ts'
import { check } from './check.ts'
import { explain } from './explain.ts'
import { fixedCosts } from './fixed-costs.ts'
import { importVerb } from './import.ts'
import { writeLine, type ExitCode, type Io } from './io.ts'
import { ledger } from './ledger.ts'
import { notify } from './notify.ts'
import { price } from './price.ts'
import { prices } from './prices.ts'
import { reprice } from './reprice.ts'
import { serve } from './serve.ts'
import { spend } from './spend.ts'
import { traces } from './traces.ts'
import { unpriced } from './unpriced.ts'
import { token } from './token.ts'
import { UsageError, type Verb } from './verb.ts'

const VERBS: readonly Verb[] = [
  serve,
  check,
  price,
  prices,
  explain,
  spend,
  traces,
  unpriced,
  fixedCosts,
  importVerb,
  reprice,
  budget,
  alerts,
  notify,
  ledger,
  token,
]

const HELP = `Usage: spancost <verb> [flags]

${VERBS.map(({ name, summary }) => `  ${name.padEnd(13)}${summary}`).join('\n')}

  spancost <verb> --help   what a verb takes
  spancost --version

Exit codes: 0 done, 1 a finding or a failure, 2 wrongly called.`

/** Answered wherever they stand on the command line. */
const QUESTIONS = new Set(['--help', '-h', '--version'])

function ignore(): void {}

/** Runs one command line, without the program's own name, and resolves with its exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  // A failed write rejects where it was made; without a listener it would also end the process.
  io.stdout.on('error', ignore)
  io.stderr.on('error', ignore)
  try {
    return await runVerb(argv, io)
  } catch (error) {
    return await reportFailure(error, argv[0] ?? '', io)
  } finally {
    io.stdout.off('error', ignore)
    io.stderr.off('error', ignore)
  }
}

async function runVerb([name, ...rest]: readonly string[], io: Io): Promise<ExitCode> {
  if (name === '--help' || name === '-h' || name === 'help') return print(HELP, io)
  if (name === '--version') return print(VERSION, io)
  if (name === undefined) throw new UsageError('a verb is missing')
  const verb = VERBS.find((one) => one.name === name)
  if (verb === undefined) {
    const nearest = findNearest(
      name,
      VERBS.map((one) => one.name),
    )
    throw new UsageError(`unknown verb ${name}${nearest ? `; did you mean ${nearest}?` : ''}`)
  }
  const question = rest.find((argument) => QUESTIONS.has(argument))
  if (question !== undefined) return print(question === '--version' ? VERSION : verb.help, io)
  return verb.run(rest, io)
}

async function print(text: string, io: Io): Promise<ExitCode> {
  await writeLine(io.stdout, text)
  return 0
}

async function reportFailure(error: unknown, name: string, io: Io): Promise<ExitCode> {
  // Whoever read our output has seen enough, as in `spancost price --jsonl | head -1`.
  if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return 0
  if (!(error instanceof UsageError)) throw error
  const verb = VERBS.find((one) => one.name === name)
  const help = verb ? `spancost ${verb.name} --help` : 'spancost --help'
  await writeLine(io.stderr, `spancost: ${error.message}\nSee \`${help}\`.`)
  return 2
}
