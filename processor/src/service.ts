import { fileURLToPath } from 'node:url'
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions'
import type { Store } from '@spancost/ledger'
import type { Logger } from 'pino'
import { readPage } from './api/page.ts'
import type { AlertDesk } from './api/answer.ts'
import { startApi } from './api/server.ts'
import { openBudgets } from './budgets/open-budgets.ts'
import type { Config, OtlpReceivers } from './config.ts'
import { listLabels } from './config/budgets.ts'
import { SIGNALS, type Consume, type Signal } from './consume.ts'
import { fanOut, type OnLost } from './forward/fan-out.ts'
import { createGrpcForwarder } from './forward/otlp-grpc.ts'
import { createHttpForwarder } from './forward/otlp-http.ts'
import { withRetry } from './forward/retry.ts'
import { withTimeout } from './forward/timeout.ts'
import { withTlsReload } from './forward/tls-reload.ts'
import { keepBooks } from './keep-books.ts'
import type { Books } from './open-book.ts'
import { openLedger } from './open-ledger.ts'
import { startCostExport } from './meter/cost-export.ts'
import { createCostMeter } from './meter/cost-meter.ts'
import { createPipeline } from './pipeline.ts'
import { createReadiness } from './readiness.ts'
import type { RequestInstruments, Transport } from './request-instruments.ts'
import { createTokenCheck } from './receive/bearer-tokens.ts'
import { lendBodies } from './body-memory.ts'
import { createInFlight, limitInFlight } from './receive/limit-in-flight.ts'
import { refuseMalformed } from './receive/refuse-malformed.ts'
import { startGrpcReceiver } from './receive/otlp-grpc.ts'
import { startHttpReceiver } from './receive/otlp-http.ts'
import type { Receiver, ReceiverOptions, RefusalCause } from './receive/receiver.ts'
import { openServerTls } from './receive/server-tls.ts'
import { startRetention } from './retention.ts'
import { startSettling } from './settle.ts'
import { startTelemetry, type Telemetry } from './telemetry.ts'
import { VERSION } from './version.ts'
import { editAlert, readAlerts, type AlertRules } from './watch/alerts.ts'
import { createChannel } from './watch/channels/index.ts'
import { createQuietHours } from './watch/quiet-hours.ts'
import { chooseChannels } from './watch/routes.ts'
import { createTell } from './watch/tell.ts'
import { createAnomalyEyes, watchAnomalies } from './watch/watch-anomalies.ts'
import { watchBudgets } from './watch/watch-budgets.ts'

/** What several rooms are built on. */
interface Rooms {
  readonly store: Store
  readonly books: Books
  readonly log: Logger
}

/** Where processor/web is built to; the same from the sources as from what is built of them. */
const PAGE_FOLDER = fileURLToPath(new URL('../dist/web/', import.meta.url))

export interface Service {
  /** `host:port` of what was started. */
  readonly addresses: Readonly<{ grpc?: string; http?: string; api: string }>
  /** Answers what is in work, exports the last metrics, closes the ledger. */
  stop(): Promise<void>
}

/**
 * Builds the rooms and connects them, from the back to the front, and stops them the other way
 * round. Where one cannot start, those that have are stopped and the error is thrown.
 */
export async function startService(config: Config, log: Logger): Promise<Service> {
  const stops: (() => Promise<void>)[] = []
  const stopRooms = async (): Promise<void> => {
    for (const stopRoom of stops.splice(0).reverse()) await stopRoom()
  }
  try {
    const addresses = await startRooms(config, log, stops)
    let stopped: Promise<void> | undefined
    return { addresses, stop: () => (stopped ??= stopRooms()) }
  } catch (error) {
    await stopRooms()
    throw error
  }
}

async function startRooms(
  config: Config,
  log: Logger,
  stops: (() => Promise<void>)[],
): Promise<Service['addresses']> {
  const ledger = await startLedger(config.ledger, log, stops)
  const telemetry = await startMetrics(config, ledger, log, stops)
  const readiness = createReadiness()
  const store = readiness.watch(telemetry.measureCommits(ledger))
  const books = await keepBooks(config.prices, log, telemetry.onBook)
  stops.push(async () => books.stop())

  const { api: budgets, onRecorded } = await startBudgets(
    config,
    { store, books, log },
    telemetry,
    stops,
  )

  const { otlp } = config.receivers
  const watched: Telemetry = {
    ...telemetry,
    onRecorded(entries, recorded) {
      telemetry.onRecorded(entries, recorded)
      onRecorded(entries, recorded)
    },
  }
  const consumers = connectAll(config, { store, books, log }, watched, stops)
  const inFlight = createInFlight(otlp.maxInFlightBytes)
  telemetry.watchInFlight(inFlight.readBytes)
  const limited = limitInFlight(inFlight, distribute(consumers))
  const noRoom: Consume = () => Promise.resolve(inFlight.describeRefusal())

  const api = await startApi({
    endpoint: config.api.endpoint,
    tokens: config.api.tokens,
    page: readPage(PAGE_FOLDER),
    store,
    books,
    ...budgets,
    labels: listLabels(config.dimensions),
    whyNotReady: readiness.whyNot,
    onError: (error) => log.error({ err: error }, 'the API failed'),
    ...(config.metrics.prometheus && { readMetrics: telemetry.readMetrics }),
    version: VERSION,
  })
  stops.push(() => api.stop())

  const addresses: { grpc?: string; http?: string; api: string } = { api: api.address }
  const start = async (transport: Transport): Promise<void> => {
    const observe = (next: Consume): Consume => telemetry.measure(transport, logRefusals(log, next))
    const observed = lendBodies(observe(limited))
    const receivable = Object.fromEntries(Object.keys(consumers).map((name) => [name, observed]))
    const uploads = { inFlight, refuse: observe(noRoom) }
    const onRefused = (cause: RefusalCause): void => telemetry.countRefused(transport, cause)
    const receiver = await startReceiver(transport, otlp, { uploads, onRefused }, receivable)
    if (receiver === undefined) return
    stops.push(() => receiver.stop())
    addresses[transport] = receiver.address
  }
  await start('grpc')
  await start('http')
  // Stopped first: whoever balances load should look elsewhere while we finish.
  readiness.setPhase(undefined)
  stops.push(async () => readiness.setPhase('stopping'))
  return addresses
}

/** What takes requests, by signal; a signal that has no next hop is not taken, but for traces. */
function connectAll(
  config: Config,
  { store, books, log }: Rooms,
  telemetry: Telemetry,
  stops: (() => Promise<void>)[],
): Partial<Record<Signal, Consume>> {
  const onLost: OnLost = (request, endpoint, message) => {
    const { signal } = request
    log.warn({ signal, bytes: request.body.length, endpoint, message }, 'lost to a best effort')
    telemetry.onLost(request)
  }
  const consumers: Partial<Record<Signal, Consume>> = {}
  for (const signal of SIGNALS) {
    const forward = connect(signal, config, telemetry, onLost, stops)
    // Traces are worth taking without a next hop: they are kept and metered.
    if (forward === undefined && signal !== 'traces') continue
    const next = forward ?? keepOnly
    const { dimensions, attributes, rollup } = config
    const line = { books, store, dimensions, aliases: attributes.aliases, rollup }
    const { onRead, onRecorded } = telemetry
    consumers[signal] =
      signal === 'traces'
        ? createPipeline({ ...line, onRead, onRecorded, forward: next })
        : refuseMalformed(next)
  }
  return consumers
}

/** Opens the ledger, and settles what is held there as long as it is open. */
async function startLedger(
  config: Config['ledger'],
  log: Logger,
  stops: (() => Promise<void>)[],
): Promise<Store> {
  const store = await openLedger(config)
  stops.push(() => store.close())
  const onError = (error: unknown): void => {
    log.error({ err: error }, 'held operations could not be settled')
  }
  const settling = startSettling({ store, settleAfterMs: config.settleAfterMs, onError })
  stops.push(() => settling.stop())
  const retention = startRetention({
    store,
    retention: config.retention,
    onError: (error) => log.error({ err: error }, 'old entries could not be dropped'),
  })
  stops.push(() => retention.stop())
  return store
}

/** Puts the config's budgets into the ledger, looks after all of them, and tells people. */
async function startBudgets(
  config: Config,
  { store, books, log }: Rooms,
  telemetry: Telemetry,
  stops: (() => Promise<void>)[],
) {
  const { desk, decisions, signals } = openBudgets(store, books, config)
  await desk.declare(config.budgets)
  const { alerts } = config
  const { routes, repeatAfterMs, intervalMs, anomalies } = alerts
  const channels = new Map(
    Object.entries(alerts.channels).map(([name, options]) => [name, createChannel(options)]),
  )
  const rules: AlertRules = {
    isQuiet: createQuietHours(alerts.quiet),
    channelsOf: (notice) => chooseChannels(notice, routes),
    ...(repeatAfterMs !== undefined && { repeatAfterMs }),
  }
  const tell = createTell({ channels, store, log })
  const watch = watchBudgets({ store, desk, signals, log, tell, rules, intervalMs })
  stops.push(() => watch.stop())
  const eyes = anomalies && createAnomalyEyes(store, anomalies)
  if (anomalies !== undefined && eyes !== undefined) {
    const seen = watchAnomalies({ ...anomalies, eyes, store, tell, rules, log })
    stops.push(() => seen.stop())
  }
  const told: AlertDesk = {
    list: () => readAlerts(store),
    acknowledge: (key, who) => editAlert(key, { acknowledgedBy: who }, store),
    snooze: (key, untilUnixMs) => editAlert(key, { snoozedUntilUnixMs: untilUnixMs }, store),
  }
  telemetry.watchBudgets(() => watch.read().standings)
  const api = { desk, decisions, alerts: told, forecasts: () => watch.read().forecasts }
  return { api, onRecorded: eyes?.onRecorded ?? (() => undefined) }
}

/**
 * The processor's own metrics, and the cost metrics as a view of the ledger: for `/metrics`, and over
 * OTLP to each destination at its own pace and in its own temporality.
 */
async function startMetrics(
  config: Config,
  store: Store,
  log: Logger,
  stops: (() => Promise<void>)[],
): Promise<Telemetry> {
  const resource = { [ATTR_SERVICE_NAME]: 'spancost', [ATTR_SERVICE_VERSION]: VERSION }
  const { dimensions } = config
  const meter = createCostMeter(store, dimensions)
  const isShared = config.ledger.store === 'postgres'
  for (const destination of config.metrics.otlp) {
    const forwarder = createHttpForwarder('metrics', { ...destination, compression: 'gzip' })
    stops.push(() => forwarder.close())
    const { consume } = forwarder
    const about = { destination, isShared, dimensions, resource }
    const started = await startCostExport({ ...about, store, meter, consume, log })
    stops.push(() => started.stop())
  }
  const telemetry = startTelemetry(config, meter, resource)
  stops.push(() => telemetry.stop())
  return telemetry
}

function startReceiver(
  transport: Transport,
  otlp: OtlpReceivers,
  observers: Pick<ReceiverOptions, 'uploads' | 'onRefused'>,
  consumers: Readonly<Partial<Record<Signal, Consume>>>,
): Promise<Receiver> | undefined {
  const listener = otlp[transport]
  if (listener === undefined) return undefined
  const { tls: files, ...listen } = listener
  const options = {
    ...listen,
    ...(files !== undefined && { tls: openServerTls(files) }),
    maxRequestBytes: otlp.maxRequestSizeBytes,
    isAllowed: createTokenCheck(otlp.bearerTokens),
    ...observers,
  }
  const startOne = transport === 'grpc' ? startGrpcReceiver : startHttpReceiver
  return startOne(options, consumers)
}

const keepOnly: Consume = () => Promise.resolve({ kind: 'accepted' })

/** All destinations, each behind its timeout and retries; `undefined` where none is configured. */
function connect(
  signal: Signal,
  { forward }: Config,
  { measureForward }: RequestInstruments,
  onLost: OnLost,
  stops: (() => Promise<void>)[],
): Consume | undefined {
  const branches = forward[signal].map((destination) => {
    const create = destination.protocol === 'http' ? createHttpForwarder : createGrpcForwarder
    const forwarder = withTlsReload(destination.tls, () => create(signal, destination))
    stops.push(() => forwarder.close())
    const once = withTimeout(destination.timeoutMs, forwarder.consume)
    const { endpoint, isRequired } = destination
    const patient = withRetry(forward.retry.maxElapsedMs, once)
    return { endpoint, isRequired, consume: measureForward(signal, endpoint, patient) }
  })
  return branches.length === 0 ? undefined : fanOut(branches, onLost)
}

/** One for all signals together. */
function distribute(consumers: Readonly<Partial<Record<Signal, Consume>>>): Consume {
  return (request, signal) => {
    const consume = consumers[request.signal]
    if (consume === undefined) throw new Error(`no one takes ${request.signal}`)
    return consume(request, signal)
  }
}

function logRefusals(log: Logger, next: Consume): Consume {
  return async (request, signal) => {
    const result = await next(request, signal)
    if (result.kind !== 'accepted') {
      log.warn({ signal: request.signal, bytes: request.body.length, ...result }, 'refused')
    } else if (result.partialSuccess !== undefined) {
      const { rejected, message } = result.partialSuccess
      log.warn({ signal: request.signal, rejected: String(rejected), message }, 'partly rejected')
    }
    return result
  }
}
