import type { ApprovalLevel, Budget } from '@spancost/budget'
import { parseAmount } from '@spancost/pricing'
import type { AccessToken } from './api/access.ts'
import { completeAlerts, type Alerts } from './config/alerts.ts'
import { findBudgetFaults } from './config/budget-faults.ts'
import type { Destination } from './config/destination.ts'
import { describeProblem, locateIssues } from './config/faults.ts'
import { formatPath, readConfigFile } from './config/file.ts'
import type { ConfigFault, ConfigFile, Env } from './config/file.ts'
import type { WrittenPrices } from './config/prices.ts'
import { CONFIG_SCHEMA } from './config/schema.ts'
import type { WrittenConfig } from './config/schema.ts'
import { SIGNALS } from './consume.ts'
import type { Signal } from './consume.ts'
import { reachesListener } from './endpoint.ts'

export type { Destination, TlsFiles } from './config/destination.ts'
export type { ConfigFault } from './config/file.ts'

/** The processor's config, checked and complete. Its keys are explained in docs/configuration.md. */
export interface Config {
  readonly receivers: { readonly otlp: OtlpReceivers }
  readonly api: { readonly endpoint: string; readonly tokens: readonly AccessToken[] }
  readonly forward: Readonly<Record<Signal, readonly Destination[]>> & {
    readonly retry: { readonly maxElapsedMs: number }
  }
  readonly ledger: {
    readonly store: 'sqlite' | 'postgres'
    readonly path: string
    /** Present where the store is `postgres`. */
    readonly url?: string
    readonly settleAfterMs: number
    /** How long what is kept; absent: for ever. */
    readonly retention: {
      readonly entriesMs?: number
      readonly hourlyMs?: number
      readonly decisionsMs: number
    }
  }
  /** Files are taken from the working directory, instants are milliseconds since 1970 UTC. */
  readonly prices: WrittenPrices
  readonly budgets: readonly Budget[]
  readonly approvals: readonly ApprovalLevel[]
  readonly alerts: Alerts
  readonly dimensions: readonly Dimension[]
  readonly attributes: { readonly aliases: readonly AttributeAlias[] }
  /** What is kept in mind for the sums on ancestors. */
  readonly rollup: { readonly maxSpans: number; readonly maxIdleMs: number }
  readonly metrics: {
    readonly otlp: readonly MetricsDestination[]
    readonly prometheus: boolean
  }
  readonly log: { readonly level: WrittenConfig['log']['level']; readonly otlp?: LogDestination }
}

/** Endpoints are `host:port`; absent: switched off. */
export interface OtlpReceivers {
  readonly grpc?: Listener & { readonly keepaliveMs: number }
  readonly http?: Listener
  /** None: everybody is let in. */
  readonly bearerTokens: readonly string[]
  readonly maxRequestSizeBytes: number
  readonly maxInFlightBytes: number
}

export interface Listener {
  readonly endpoint: string
  readonly maxConnectionAgeMs: number
  /** Absent: without TLS. */
  readonly tls?: ServerTlsFiles
}

/** PEM files, from the working directory. */
export interface ServerTlsFiles {
  readonly certPath: string
  readonly keyPath: string
  /** Whose certificates a client has to have; absent: it needs none. */
  readonly clientCaPath?: string
}

/** Something that spend can be grouped by: the first of the keys that a span, scope or resource has. */
export interface Dimension {
  readonly name: string
  readonly from: readonly string[]
  /** Whether cost metrics carry it. */
  readonly metric: boolean
}

export type AttributeAlias = WrittenConfig['attributes']['aliases'][number]

/** For our own log. */
export interface LogDestination {
  /** The base URL, without a trailing slash. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
}

export interface MetricsDestination {
  /** Tells destinations apart, over restarts. */
  readonly name: string
  /** The base URL, without a trailing slash. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  readonly intervalMs: number
  readonly temporality: 'cumulative' | 'delta'
}

export type ReadConfig =
  | { readonly kind: 'config'; readonly config: Config }
  /** At least one, by line. */
  | { readonly kind: 'faults'; readonly faults: readonly ConfigFault[] }

/** The dimensions that are there without being asked for. Ones with many values stay off metrics. */
const BUILT_IN_DIMENSIONS: readonly Dimension[] = [
  { name: 'tenant', from: ['spancost.tenant'], metric: true },
  { name: 'team', from: ['spancost.team'], metric: true },
  { name: 'project', from: ['spancost.project'], metric: true },
  { name: 'feature', from: ['spancost.feature'], metric: true },
  { name: 'task', from: ['spancost.task'], metric: true },
  { name: 'user', from: ['user.id'], metric: false },
  { name: 'session', from: ['session.id'], metric: false },
  { name: 'conversation', from: ['gen_ai.conversation.id'], metric: false },
  { name: 'agent', from: ['gen_ai.agent.name'], metric: true },
  { name: 'environment', from: ['deployment.environment.name'], metric: true },
]

const MAX_DIMENSIONS = 32

/** More than these help nobody. */
const MAX_FAULTS = 100

/**
 * Reads a config from YAML; an empty text gives the defaults. Everything that is wrong with it is
 * told at once, except that broken YAML hides the rest, and so do a hundred other faults.
 */
export function readConfig(text: string, env: Env): ReadConfig {
  const file = readConfigFile(text, env)
  if (file.value === undefined) return { kind: 'faults', faults: file.faults }
  const parsed = CONFIG_SCHEMA.safeParse(file.value, { error: describeProblem })
  const faults = [...file.faults, ...locateIssues(parsed.error?.issues ?? [], file)]
  if (!parsed.success || faults.length > 0) {
    const byLine = faults.sort((one, other) => one.line - other.line)
    return { kind: 'faults', faults: byLine.slice(0, MAX_FAULTS) }
  }
  const config = completeConfig(parsed.data, env)
  const conflicts = findConflicts(config, file)
  return conflicts.length > 0 ? { kind: 'faults', faults: conflicts } : { kind: 'config', config }
}

/** What is wrong only with several parts taken together. */
function findConflicts(config: Config, file: ConfigFile): ConfigFault[] {
  const faults: ConfigFault[] = []
  const count = config.dimensions.length
  if (count > MAX_DIMENSIONS) {
    const message = `${count} dimensions, built-in ones included; at most ${MAX_DIMENSIONS}`
    faults.push({ line: file.lineOf(['dimensions']), path: 'dimensions', message })
  }
  const names = config.metrics.otlp.map(({ name }) => name)
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) === index) continue
    const path = ['metrics', 'otlp', index]
    const message = `another destination is named ${name}; give this one a \`name\` of its own`
    faults.push({ line: file.lineOf(path), path: formatPath(path), message })
  }
  faults.push(...findBudgetFaults(config, file))
  const { grpc, http } = config.receivers.otlp
  for (const signal of SIGNALS) {
    for (const [index, { endpoint }] of config.forward[signal].entries()) {
      const isLoop = [grpc, http].some((own) => own && reachesListener(endpoint, own.endpoint))
      const path = ['forward', signal, index, 'endpoint']
      const message = 'this is our own receiver: requests would go round for ever'
      if (isLoop) faults.push({ line: file.lineOf(path), path: formatPath(path), message })
    }
  }
  return faults
}

function completeLedger(written: WrittenConfig['ledger']): Config['ledger'] {
  const { url, settleAfter: settleAfterMs, retention, ...ledger } = written
  const { entries: entriesMs, hourly: hourlyMs, decisions: decisionsMs } = retention
  return {
    ...ledger,
    settleAfterMs,
    retention: {
      decisionsMs,
      ...(entriesMs !== undefined && { entriesMs }),
      ...(hourlyMs !== undefined && { hourlyMs }),
    },
    ...(url !== undefined && { url }),
  }
}

function completeConfig(written: WrittenConfig, env: Env): Config {
  const { forward, metrics, log } = written
  return {
    receivers: { otlp: completeReceivers(written.receivers.otlp) },
    api: { endpoint: written.api.endpoint, tokens: written.api.tokens.map(completeToken) },
    forward: { ...forward, retry: { maxElapsedMs: forward.retry.maxElapsed } },
    ledger: completeLedger(written.ledger),
    prices: written.prices,
    budgets: written.budgets,
    approvals: written.approvals.map(completeApproval),
    alerts: completeAlerts(written.alerts),
    dimensions: completeDimensions(written.dimensions),
    attributes: written.attributes,
    rollup: { maxSpans: written.rollup.maxSpans, maxIdleMs: written.rollup.maxIdle },
    metrics: {
      prometheus: metrics.prometheus,
      otlp: metrics.otlp.map((one) => completeMetricsDestination(one, env)),
    },
    log: { level: log.level, ...(log.otlp && { otlp: completeLogDestination(log.otlp) }) },
  }
}

function completeApproval(written: WrittenConfig['approvals'][number]): ApprovalLevel {
  const { role, upTo, alertAt } = written
  return {
    role,
    ...(upTo !== undefined && { upToAtto: parseAmount(upTo) }),
    ...(alertAt !== undefined && { alertAtPercent: alertAt }),
  }
}

function completeToken(written: WrittenConfig['api']['tokens'][number]): AccessToken {
  const { expires: expiresUnixMs, ...token } = written
  return { ...token, ...(expiresUnixMs !== undefined && { expiresUnixMs }) }
}

function completeReceivers(written: WrittenConfig['receivers']['otlp']): OtlpReceivers {
  const { grpc, http, auth } = written
  const grpcListener = completeListener(grpc)
  const httpListener = completeListener(http)
  return {
    ...(grpc && grpcListener && { grpc: { ...grpcListener, keepaliveMs: grpc.keepalive } }),
    ...(httpListener && { http: httpListener }),
    bearerTokens: auth.bearerTokens,
    maxRequestSizeBytes: written.maxRequestSize,
    maxInFlightBytes: written.maxInFlight,
  }
}

function completeListener(written: WrittenListener | null): Listener | undefined {
  const { endpoint, tls, maxConnectionAge: maxConnectionAgeMs } = written ?? {}
  if (typeof endpoint !== 'string' || maxConnectionAgeMs === undefined) return undefined
  if (tls === undefined) return { endpoint, maxConnectionAgeMs }
  const { cert: certPath, key: keyPath, clientCa: clientCaPath } = tls
  return {
    endpoint,
    maxConnectionAgeMs,
    tls: { certPath, keyPath, ...(clientCaPath !== undefined && { clientCaPath }) },
  }
}

function completeLogDestination({ endpoint, headers }: LogDestination): LogDestination {
  return { endpoint: endpoint.replace(/\/+$/, ''), headers }
}

type WrittenListener = NonNullable<WrittenConfig['receivers']['otlp']['http']>

/** Built-in ones first, in their order; `null` takes one away, another definition replaces it. */
function completeDimensions(written: WrittenConfig['dimensions']): readonly Dimension[] {
  const dimensions = new Map(BUILT_IN_DIMENSIONS.map((dimension) => [dimension.name, dimension]))
  for (const [name, definition] of Object.entries(written)) {
    if (definition === null) {
      dimensions.delete(name)
      continue
    }
    const { from, metric } =
      typeof definition === 'string' ? { from: [definition], metric: undefined } : definition
    const metricByDefault = dimensions.get(name)?.metric ?? false
    dimensions.set(name, { name, from, metric: metric ?? metricByDefault })
  }
  return [...dimensions.values()]
}

function completeMetricsDestination(
  written: WrittenConfig['metrics']['otlp'][number],
  env: Env,
): MetricsDestination {
  const { headers, interval: intervalMs } = written
  const endpoint = written.endpoint.replace(/\/+$/, '')
  // What the standard variable says in other words, such as `lowmemory`, is about the SDK's memory.
  const preferred = env['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE']?.trim().toLowerCase()
  const temporality = written.temporality ?? (preferred === 'delta' ? 'delta' : 'cumulative')
  return { name: written.name ?? endpoint, endpoint, headers, intervalMs, temporality }
}
