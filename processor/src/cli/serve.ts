import { pino, type Logger } from 'pino'
import type { Config } from '../config.ts'
import { describeError } from '../describe-error.ts'
import type { Service } from '../service.ts'
import { VERSION } from '../version.ts'
import { formatFault, loadConfig } from './config-source.ts'
import { writeLine, type ExitCode, type Io, type StopSignal } from './io.ts'
import { readFlags, type Verb } from './verb.ts'

const FLAGS = { config: { type: 'string' } } as const

/** What a shell reports for a process that a signal ended. */
const FORCED_EXIT_CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/** Runs the processor until it is told to stop. The other verbs need not wait for it to load. */
export const serve: Verb = createServe(async (config, log) => {
  const { startService } = await import('../service.ts')
  return startService(config, log)
})

/** `serve` around a given way to start, so that tests need no ports. */
export function createServe(start: (config: Config, log: Logger) => Promise<Service>): Verb {
  return {
    name: 'serve',
    summary: 'run the processor',
    help: `Usage: spancost serve [--config FILE]

Receives OTLP, prices GenAI spans and passes them on, until SIGINT or SIGTERM: then it answers what
is in work, closes the ledger and exits with 0. A second signal ends it at once.

  --config FILE   default: ./spancost.yaml; without one, the defaults`,
    async run(argv, io) {
      const { values } = readFlags(argv, FLAGS)
      const loaded = await loadConfig(values.config, io.env)
      if (loaded.kind === 'config') return runService(loaded.config, start, io)
      for (const fault of loaded.faults) await writeLine(io.stderr, formatFault(loaded.file, fault))
      return 1
    },
  }
}

async function runService(
  config: Config,
  start: (config: Config, log: Logger) => Promise<Service>,
  io: Io,
): Promise<ExitCode> {
  const signals = listenForStop(io)
  try {
    const { level, otlp } = config.log
    const exported = otlp && (await import('../export-logs.ts')).startLogExport(otlp, VERSION)
    const printed = pino.destination({ fd: 2, sync: true })
    // The logger decides what is of interest; its streams take all that it writes.
    const streams = [printed, ...(exported ? [exported.lines] : [])].map((stream) => {
      return { stream, level: 'trace' as const }
    })
    const log = pino({ level }, pino.multistream(streams))
    const service = await start(config, log)
    // Whoever started us need not be listening.
    await writeLine(io.stdout, describeAddresses(service.addresses)).catch(() => {})
    await signals.first
    await service.stop()
    await exported?.stop()
    return 0
  } catch (error) {
    await writeLine(io.stderr, `spancost: ${describeError(error)}`)
    return 1
  } finally {
    signals.ignore()
  }
}

/** The first signal asks to stop, also while we are still starting; the second does not ask. */
function listenForStop(io: Io): { readonly first: Promise<void>; ignore(): void } {
  const { promise: first, resolve } = Promise.withResolvers<void>()
  let count = 0
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    const listener = (): void => {
      count += 1
      if (count === 1) resolve()
      else io.exit(FORCED_EXIT_CODES[signal])
    }
    io.on(signal, listener)
    return () => io.off(signal, listener)
  })
  return { first, ignore: () => listeners.forEach((stopListening) => stopListening()) }
}

function describeAddresses({ grpc, http, api }: Service['addresses']): string {
  const lines = [
    `spancost ${VERSION}`,
    `  OTLP/gRPC  ${grpc ?? 'off'}`,
    `  OTLP/HTTP  ${http === undefined ? 'off' : `http://${http}`}`,
    `  page       http://${api}/`,
    `  API        http://${api}/api/v1/spend`,
  ]
  return lines.join('\n')
}
