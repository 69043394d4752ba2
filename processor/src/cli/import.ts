import { describeError } from '../describe-error.ts'
import { openLedger } from '../open-ledger.ts'
import { openConfigured } from './config-source.ts'
import { importFile, type ImportCounts, type Imported, type ImportTarget } from './import-file.ts'
import { writeLine, type ExitCode, type Io } from './io.ts'
import { createProgressBar } from './progress-bar.ts'
import { readFlags, UsageError, type Verb } from './verb.ts'

const FLAGS = {
  config: { type: 'string' },
  'skip-bad': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** Writes operations that lie in files into the ledger: backfill. */
export const importVerb: Verb = {
  name: 'import',
  summary: 'record the operations of OTLP files (backfill)',
  help: `Usage: spancost import [--config FILE] [--skip-bad] [--json] FILE...

Reads OTLP trace requests, as the Collector's file exporter writes them: JSON lines, or protobuf
with lengths, gzip and Zstandard too. Operations are priced by the config, each counts once, and
nothing is forwarded. How far a file was read is noted in the ledger: another run reads what came
since, also after an interruption. A SQLite ledger must not be in use: stop the processor first.

  --config FILE   default: ./spancost.yaml; without one, the defaults
  --skip-bad      pass over requests that cannot be read, and say which; without it, stop there
  --json          the result as {"files": [...]}

Exits with 1 where it had to stop or something was passed over, and with 2 for a file that is not
there.`,
  async run(argv, io) {
    const { values, positionals: files } = readFlags(argv, FLAGS, { takesOperands: true })
    if (files.length === 0) throw new UsageError('a file is missing')
    const opened = await openConfigured(values.config, io)
    if (opened === undefined) return 1
    const { books, config } = opened
    let store
    try {
      store = await openLedger(config.ledger)
    } catch (error) {
      await writeLine(io.stderr, `spancost: ${describeError(error)}`)
      return 1
    }
    const stop = listenForStop(io)
    try {
      const target = { store, books, dimensions: config.dimensions }
      const skipsBad = values['skip-bad'] ?? false
      const results = await importFiles(files, target, skipsBad, stop.isStopped, io)
      if (values.json) await writeLine(io.stdout, JSON.stringify({ files: results.map(toJson) }))
      return findExitCode(results)
    } catch (error) {
      await writeLine(io.stderr, `spancost: ${describeError(error)}`)
      return 1
    } finally {
      stop.ignore()
      await store.close()
    }
  },
}

interface Result {
  readonly file: string
  readonly imported: Imported
}

async function importFiles(
  files: readonly string[],
  target: ImportTarget,
  skipsBad: boolean,
  isStopped: () => boolean,
  io: Io,
): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const file of files) {
    const bar = createProgressBar(file, io)
    const imported = await importFile(file, target, {
      isStopped,
      async onBad(name, reason) {
        await bar.clear()
        await writeLine(io.stderr, [file, name, reason].filter((word) => word !== '').join(': '))
        return skipsBad
      },
      onProgress: ({ sizeBytes, readBytes }, { operations }) =>
        bar.show(readBytes(), sizeBytes, `${operations} operations`),
    })
    await bar.clear()
    results.push({ file, imported })
    await writeLine(io.stderr, describeResult(file, imported))
    if (isStopped()) break
  }
  return results
}

function describeResult(file: string, imported: Imported): string {
  if (imported.kind === 'failed') return `${file}: ${imported.reason}`
  const { counts, resumedAt } = imported
  const { operations, recorded, requests, bad } = counts
  const known = operations - recorded
  return [
    `${file}: ${recorded} operations recorded from ${requests} requests`,
    ...(known > 0 ? [`${known} were there already`] : []),
    ...(bad > 0 ? [`${bad} could not be read`] : []),
    ...(resumedAt > 0 ? [`continued after number ${resumedAt}`] : []),
    ...(imported.kind === 'stopped' ? ['stopped: run it again to go on'] : []),
  ].join('; ')
}

function toJson({ file, imported }: Result) {
  if (imported.kind === 'failed') return { file, state: 'failed', reason: imported.reason }
  const { kind, counts, resumedAt } = imported
  return { file, state: kind, ...(counts satisfies ImportCounts), resumedAt }
}

function findExitCode(results: readonly Result[]): ExitCode {
  if (results.some(({ imported }) => imported.kind === 'failed')) return 2
  const isWhole = ({ imported }: Result) => imported.kind === 'done' && imported.counts.bad === 0
  return results.every(isWhole) ? 0 : 1
}

/** The first signal stops between two requests; what was read is written. A second one ends it. */
function listenForStop(io: Io): { isStopped(): boolean; ignore(): void } {
  let count = 0
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const listener = (): void => {
      count += 1
      if (count > 1) io.exit(signal === 'SIGINT' ? 130 : 143)
    }
    io.on(signal, listener)
    return () => io.off(signal, listener)
  })
  return {
    isStopped: () => count > 0,
    ignore: () => listeners.forEach((stopListening) => stopListening()),
  }
}
