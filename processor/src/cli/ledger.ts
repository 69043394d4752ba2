import { existsSync } from 'node:fs'
import { TOKEN_TYPES, type Fault, type SumFault } from '@spancost/ledger'
import { COST_PARTS, formatAmount } from '@spancost/pricing'
import type { Config } from '../config.ts'
import { describeError } from '../describe-error.ts'
import { openLedger } from '../open-ledger.ts'
import { formatFault, loadConfig } from './config-source.ts'
import { exportLedger, importLedger, nameLedger } from './ledger-move.ts'
import { writeLine, type ExitCode, type Io } from './io.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = { config: { type: 'string' }, json: { type: 'boolean' } } as const

/** Of each table of sums; whoever has more wrong rows than these needs no longer list. */
const MAX_FAULTS = 1_000

/** Looks after a ledger that no processor is using. */
export const ledger: Verb = {
  name: 'ledger',
  summary: 'verify the sums of a ledger; export and import it',
  help: `Usage: spancost ledger verify [--config FILE] [--json]
       spancost ledger export FILE [--config FILE] [--json]
       spancost ledger import FILE [--config FILE] [--json]

verify adds up all entries anew, and prints each row of the sums that differs, and where corrections
or re-pricings contradict their entries. Exits with 1 if there is any. export writes the whole ledger
to a file, and import reads it into a new one, of whatever store: this is a backup, and how a ledger
moves. FILE is compressed if it ends in .gz or .zst; - is standard output or input. import verifies
the ledger when it is done.
A SQLite ledger must not be in use: stop the processor first.

  --config FILE   default: ./spancost.yaml; without one, the defaults
  --json          of verify: {"ledger", "valid", "faults": [{"table", "start"?, "labels",
                  "status", "errorType"?, "differences": [{"figure", "kept", "entries"}]}]},
                  or {"table", "start"?, "traceId", "spanId"?, "problem"} among the faults;
                  of the others: {"ledger", "file", "rows": {TABLE: NUMBER}}`,
  async run(argv, io) {
    const { values, positionals } = readFlags(argv, FLAGS, { takesOperands: true })
    const [action, file, ...rest] = positionals
    const isMove = action === 'export' || action === 'import'
    if (
      rest.length > 0 ||
      (isMove ? file === undefined : action !== 'verify' || file !== undefined)
    ) {
      throw new UsageError('expected `ledger verify`, `ledger export FILE` or `ledger import FILE`')
    }
    const loaded = await loadConfig(values.config, io.env)
    if (loaded.kind === 'config') {
      const { ledger: place } = loaded.config
      const asJson = values.json ?? false
      if (!isMove) return verify(place, asJson, io)
      const move = action === 'export' ? exportLedger : importLedger
      const code = await move(place, file!, asJson, io)
      return code === 0 && action === 'import' ? verify(place, false, toStderr(io)) : code
    }
    for (const fault of loaded.faults) await writeLine(io.stderr, formatFault(loaded.file, fault))
    return 1
  },
}

/** What is said about an import beside its result. */
function toStderr(io: Io): Io {
  return { ...io, stdout: io.stderr }
}

async function verify(config: Config['ledger'], asJson: boolean, io: Io): Promise<ExitCode> {
  const name = nameLedger(config)
  let faults: readonly Fault[]
  try {
    faults = await findFaults(config)
  } catch (error) {
    await writeLine(io.stderr, `spancost: ${describeError(error)}`)
    return 1
  }
  const valid = faults.length === 0
  if (asJson) {
    await writeLine(io.stdout, JSON.stringify({ ledger: name, valid, faults: faults.map(toJson) }))
  } else if (valid) {
    await writeLine(io.stdout, `${name}: sums, entries, corrections and re-pricings agree`)
  }
  if (!asJson) for (const fault of faults) await writeLine(io.stdout, toText(fault))
  return valid ? 0 : 1
}

async function findFaults(config: Config['ledger']): Promise<readonly Fault[]> {
  // Opening would make a new one.
  if (config.store === 'sqlite' && !existsSync(config.path)) {
    throw new Error(`there is no ledger at ${config.path}`)
  }
  const store = await openLedger(config)
  try {
    return await store.verify({ limit: MAX_FAULTS })
  } finally {
    await store.close()
  }
}

interface Difference {
  readonly figure: string
  /** Money as an exact decimal in USD; absent: there is no such row. */
  readonly kept?: string
  readonly entries?: string
}

function listDifferences({ kept, entries }: SumFault): Difference[] {
  const keptFigures = listFigures(kept)
  const entriesFigures = listFigures(entries)
  return [...new Set([...keptFigures.keys(), ...entriesFigures.keys()])]
    .map((figure) => {
      const [one, other] = [keptFigures.get(figure), entriesFigures.get(figure)]
      return {
        figure,
        ...(one !== undefined && { kept: one }),
        ...(other !== undefined && { entries: other }),
      }
    })
    .filter((difference) => difference.kept !== difference.entries)
}

function listFigures(sums: SumFault['kept']): ReadonlyMap<string, string> {
  if (sums === undefined) return new Map()
  const { cacheSavedAtto, cacheExtraAtto, costCounts } = sums
  return new Map([
    ['operations', String(sums.operations)],
    ...COST_PARTS.map((part) => [`cost.${part}`, formatAmount(sums.parts[part])] as const),
    ...TOKEN_TYPES.map((type) => [`tokens.${type}`, String(sums.tokens[type])] as const),
    ...(costCounts === undefined ? [] : [['cost.buckets', costCounts.join(' ')] as const]),
    ...(cacheSavedAtto === undefined
      ? []
      : [['cache.saved', formatAmount(cacheSavedAtto)] as const]),
    ...(cacheExtraAtto === undefined
      ? []
      : [['cache.extra', formatAmount(cacheExtraAtto)] as const]),
  ])
}

function toJson(fault: Fault) {
  if (!('problem' in fault)) return toSumJson(fault)
  const { table, traceId, spanId, problem } = fault
  return { table, start: formatStart(fault), traceId, spanId, problem }
}

function formatStart({ startUnixMs }: Fault): string | undefined {
  return startUnixMs === undefined ? undefined : new Date(startUnixMs).toISOString()
}

function toSumJson(fault: SumFault) {
  const { table, labels, status, errorType } = fault
  const start = formatStart(fault)
  return { table, start, labels, status, errorType, differences: listDifferences(fault) }
}

function toText(fault: Fault): string {
  if ('problem' in fault) {
    const row = [fault.table, formatStart(fault), fault.traceId, fault.spanId]
    return `${row.filter((word) => word !== undefined).join(' ')}: ${fault.problem}`
  }
  const { table, start, labels, status, errorType, differences } = toSumJson(fault)
  const row = [table, start, JSON.stringify(labels), status, errorType]
  const found = differences.map(
    ({ figure, kept = 'no row', entries = 'nothing' }) =>
      `${figure} ${kept}, the entries say ${entries}`,
  )
  return `${row.filter((word) => word !== undefined).join(' ')}: ${found.join('; ')}`
}
