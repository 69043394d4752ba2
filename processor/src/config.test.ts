import { describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import type { Config } from './config.ts'

type Env = Record<string, string>

function readGood(text: string, env: Env = {}): Config {
  const result = readConfig(text, env)
  if (result.kind === 'faults') throw new Error(JSON.stringify(result.faults, undefined, 2))
  return result.config
}

/** Each fault as `line path: message`. */
function readFaults(text: string, env: Env = {}): string[] {
  const result = readConfig(text, env)
  if (result.kind === 'config') throw new Error('no fault was found')
  return result.faults.map(({ line, path, message }) => `${line} ${path}: ${message}`)
}

const NO_BUDGETS = {
  budgets: [],
  approvals: [],
  alerts: { channels: {}, routes: [], intervalMs: 10_000 },
}

const LEDGER = { store: 'sqlite', retention: { decisionsMs: 7_776_000_000 } } as const
const DEFAULTS: Config = {
  receivers: {
    otlp: {
      grpc: { endpoint: '127.0.0.1:14317', maxConnectionAgeMs: 1_800_000, keepaliveMs: 120_000 },
      http: { endpoint: '127.0.0.1:14318', maxConnectionAgeMs: 1_800_000 },
      bearerTokens: [],
      maxRequestSizeBytes: 67_108_864,
      maxInFlightBytes: 268_435_456,
    },
  },
  api: { endpoint: '127.0.0.1:14320', tokens: [] },
  forward: { traces: [], metrics: [], logs: [], profiles: [], retry: { maxElapsedMs: 5000 } },
  ledger: { ...LEDGER, path: './.spancost/ledger.db', settleAfterMs: 120_000 },
  prices: {
    cards: [],
    selfHosted: [],
    aliases: [],
    discounts: [],
    unknown: 'unpriced',
    exchange: {},
    monthly: [],
    tenants: {},
  },
  ...NO_BUDGETS,
  dimensions: [
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
  ],
  attributes: { aliases: [] },
  rollup: { maxSpans: 200_000, maxIdleMs: 600_000 },
  metrics: { otlp: [], prometheus: true },
  log: { level: 'info' },
}

function readTls(destination: string): unknown {
  const { traces } = readGood(`forward: {traces: [{protocol: grpc, ${destination}}]}`).forward
  return [traces[0]?.endpoint, traces[0]?.tls]
}

describe('what is written', () => {
  test.each([
    ['', 'an empty text'],
    ['# only a comment\n', 'a comment'],
    ['{}', 'an empty map'],
    ['api:\nforward:\n  traces:\nreceivers:\n  otlp:\n    grpc:\n', 'keys without values'],
  ])('%j gives the defaults: %s', (text) => {
    expect(readGood(text)).toEqual(DEFAULTS)
  })

  test('every key', () => {
    const plain = (endpoint: string) => ({
      protocol: 'grpc' as const,
      endpoint,
      headers: {},
      compression: 'gzip' as const,
      timeoutMs: 10_000,
      isRequired: true,
    })
    const config = readGood(`
receivers:
  otlp:
    grpc: {endpoint: "0.0.0.0:4317", maxConnectionAge: 5m, keepalive: 30s}
    http: {endpoint: "[::1]:4318", maxConnectionAge: 1h}
    auth: {bearerTokens: [one]}
    maxRequestSize: 512KiB
    maxInFlight: 1GiB
api: {endpoint: localhost:8080}
forward:
  traces:
    - {protocol: grpc, endpoint: "collector:4317", headers: {x-api-key: secret}, timeout: 500ms,
       compression: none, tls: {ca: ca.pem, cert: cert.pem, key: key.pem}}
  metrics: [{protocol: http, endpoint: https://otlp.example.com/otlp/}]
  logs: [{protocol: grpc, endpoint: "http://127.0.0.1:24317"}]
  profiles: [{protocol: grpc, endpoint: "http://127.0.0.1:34317"}]
  retry: {maxElapsed: 1m}
ledger: {store: sqlite, path: /var/ledger.db, settleAfter: 30s}
attributes: {aliases: [gen_ai, openinference]}
rollup: {maxSpans: 5000, maxIdle: 1h}
metrics:
  prometheus: false
  otlp: {endpoint: "http://127.0.0.1:4318/", headers: {a: b}, interval: 2m, temporality: cumulative}
log: {level: debug, otlp: {endpoint: "http://127.0.0.1:4318/"}}
`)
    expect(config).toEqual({
      ...DEFAULTS,
      receivers: {
        otlp: {
          grpc: { endpoint: '0.0.0.0:4317', maxConnectionAgeMs: 300_000, keepaliveMs: 30_000 },
          http: { endpoint: '[::1]:4318', maxConnectionAgeMs: 3_600_000 },
          bearerTokens: ['one'],
          maxRequestSizeBytes: 524_288,
          maxInFlightBytes: 1_073_741_824,
        },
      },
      api: { endpoint: 'localhost:8080', tokens: [] },
      forward: {
        traces: [
          {
            protocol: 'grpc',
            endpoint: 'collector:4317',
            headers: { 'x-api-key': 'secret' },
            compression: 'none',
            timeoutMs: 500,
            tls: { caPath: 'ca.pem', certPath: 'cert.pem', keyPath: 'key.pem' },
            isRequired: true,
          },
        ],
        metrics: [
          {
            protocol: 'http',
            endpoint: 'https://otlp.example.com/otlp',
            headers: {},
            compression: 'gzip',
            timeoutMs: 10_000,
            isRequired: true,
            tls: {},
          },
        ],
        logs: [plain('127.0.0.1:24317')],
        profiles: [plain('127.0.0.1:34317')],
        retry: { maxElapsedMs: 60_000 },
      },
      ledger: { ...LEDGER, path: '/var/ledger.db', settleAfterMs: 30_000 },
      attributes: { aliases: ['gen_ai', 'openinference'] },
      rollup: { maxSpans: 5_000, maxIdleMs: 3_600_000 },
      metrics: {
        prometheus: false,
        otlp: [
          {
            name: 'http://127.0.0.1:4318',
            endpoint: 'http://127.0.0.1:4318',
            headers: { a: 'b' },
            intervalMs: 120_000,
            temporality: 'cumulative',
          },
        ],
      },
      log: { level: 'debug', otlp: { endpoint: 'http://127.0.0.1:4318', headers: {} } },
    } satisfies Config)
  })

  test.each(['grpc: null', 'grpc: ~', 'grpc: {endpoint: null}'])('%s: off', (grpc) => {
    const { otlp } = readGood(`receivers: {otlp: {${grpc}}}`).receivers
    expect(otlp.grpc).toBeUndefined()
    expect(otlp.http).toMatchObject({ endpoint: '127.0.0.1:14318' })
  })

  test('dimensions add to the built-in ones, replace them or take them away', () => {
    const { dimensions } = readGood(`
dimensions:
  tenant: {from: [customer.id, tenant], metric: false}
  user: enduser.id
  session: null
  plan: app.plan
  region: {from: [cloud.region], metric: true}
`)
    expect(dimensions.map(({ name }) => name).join(' ')).toBe(
      'tenant team project feature task user conversation agent environment plan region',
    )
    expect(dimensions[0]).toEqual({
      name: 'tenant',
      from: ['customer.id', 'tenant'],
      metric: false,
    })
    expect(dimensions[5]).toEqual({ name: 'user', from: ['enduser.id'], metric: false })
    expect(dimensions[9]).toEqual({ name: 'plan', from: ['app.plan'], metric: false })
    expect(dimensions[10]).toEqual({ name: 'region', from: ['cloud.region'], metric: true })
  })

  test('gRPC endpoints: with TLS unless said otherwise', () => {
    expect(readTls('endpoint: c:4317')).toEqual(['c:4317', {}])
    expect(readTls('endpoint: c:4317, tls: {insecure: true}')).toEqual(['c:4317', undefined])
    expect(readTls('endpoint: https://c')).toEqual(['c:443', {}])
    expect(readTls('endpoint: "http://[::1]:4317/"')).toEqual(['[::1]:4317', undefined])
  })
})

describe('variables', () => {
  test('are filled into texts', () => {
    const config = readGood(
      [
        'api: {endpoint: "${env:HOST}:${env:PORT:-8080}"}',
        'ledger: {path: "${env:EMPTY:-a/b}$$${env:HOST}$${env:HOST}$x"}',
        'receivers:\n  otlp:\n    grpc:\n      endpoint: ${env:GRPC}',
        'metrics:\n  prometheus: ${env:PROMETHEUS:-false}',
      ].join('\n'),
      { HOST: 'here', EMPTY: '', GRPC: 'null' },
    )
    expect(config.api.endpoint).toBe('here:8080')
    expect(config.ledger.path).toBe('a/b$here${env:HOST}$x')
    expect(config.receivers.otlp.grpc).toBeUndefined()
    expect(config.metrics.prometheus).toBe(false)
  })

  test('stay text: they cannot add keys, and a quoted word is no value', () => {
    const faults = readFaults('api: ${env:A}\nmetrics: {prometheus: "${env:B}"}', {
      A: '{endpoint: 0.0.0.0:1}',
      B: 'true',
    })
    expect(faults).toEqual([
      '1 api: expected a map, found `{endpoint: 0.0.0.0:1}`',
      '2 metrics.prometheus: expected `true` or `false`, found `true`',
    ])
  })

  test('unset or misspelt ones are faults, told once', () => {
    const text =
      'api:\n  endpoint: ${env:HOST}:80\nledger:\n  path: ${HOME}\nlog:\n  level: ${env:x'
    expect(readFaults(text)).toEqual([
      '2 api.endpoint: the environment variable HOST is not set',
      '4 ledger.path: `${HOME}` is not `${env:NAME}` or `${env:NAME:-default}`; `$$` writes a dollar sign',
      '6 log.level: `${env:x` is not `${env:NAME}` or `${env:NAME:-default}`; `$$` writes a dollar sign',
    ])
  })
})

describe('faults', () => {
  test('are told all at once, by line', () => {
    const faults = readFaults(`
recievers: {}
api:
  endpoint: 4318
forward:
  traces:
    - protocol: https
      endpont: http://localhost
  retry: {max_elapsed: 5s}
ledger:
  store: postgres
budgets: {}
log: loud
`)
    expect(faults).toEqual([
      '2 recievers: unknown key `recievers`; did you mean `receivers`?',
      '4 api.endpoint: expected host:port such as 127.0.0.1:4318, 0.0.0.0:4318 or [::1]:4318',
      '7 forward.traces[0].protocol: expected one of http, grpc, found `https`',
      '7 forward.traces[0].endpoint: missing',
      '8 forward.traces[0].endpont: unknown key `endpont`; did you mean `endpoint`?',
      '9 forward.retry.max_elapsed: unknown key `max_elapsed`; did you mean `maxElapsed`?',
      '10 ledger.url: missing; `store: postgres` needs it',
      '12 budgets: expected a list, found a map',
      '13 log: expected a map, found `loud`',
    ])
  })

  test.each([
    ['[1, 2]', '1 : expected a map, found a list'],
    ['hello', '1 : expected a map, found `hello`'],
    [
      'api:\n  endpoint: localhost',
      '2 api.endpoint: expected host:port such as 127.0.0.1:4318, 0.0.0.0:4318 or [::1]:4318',
    ],
    [
      'receivers: {otlp: {maxRequestSize: 1025MiB}}',
      '1 receivers.otlp.maxRequestSize: expected a size from 1KiB to 1GiB, such as 512KiB or 64MiB',
    ],
    [
      'receivers: {otlp: {maxRequestSize: 64MB}}',
      '1 receivers.otlp.maxRequestSize: expected a size from 1KiB to 1GiB, such as 512KiB or 64MiB',
    ],
    [
      'receivers: {otlp: {maxInFlight: 1MiB}}',
      '1 receivers.otlp.maxInFlight: smaller than `receivers.otlp.maxRequestSize`',
    ],
    [
      'forward: {retry: {maxElapsed: 5}}',
      '1 forward.retry.maxElapsed: expected a duration from 0s to 1m, such as 500ms, 10s or 2m',
    ],
    [
      'forward: {retry: {maxElapsed: 61s}}',
      '1 forward.retry.maxElapsed: expected a duration from 0s to 1m, such as 500ms, 10s or 2m',
    ],
    [
      'metrics: {otlp: {endpoint: "localhost:4318"}}',
      '1 metrics.otlp.endpoint: expected a URL such as https://otlp.example.com, without user, query or fragment',
    ],
    [
      'metrics: {otlp: [{endpoint: "http://a", temporality: both}]}',
      '1 metrics.otlp[0].temporality: expected one of cumulative, delta, found `both`',
    ],
    ['ledger: {path: 5}', '1 ledger.path: expected text, found `5`; put it in quotes'],
    ['ledger: {store: mysql}', '1 ledger.store: expected one of sqlite, postgres, found `mysql`'],
    [
      'attributes: {aliases: [datadog]}',
      '1 attributes.aliases[0]: expected one of gen_ai, langfuse, openlit, openinference, found `datadog`',
    ],
    ['dimensions: {model: x}', '1 dimensions.model: this label is fixed and cannot be redefined'],
    [
      'dimensions: {Team: x}',
      '1 dimensions.Team: a dimension is named by up to 64 of a-z, 0-9 and _, a letter first',
    ],
    ['dimensions: {team: [x]}', '1 dimensions.team: expected text, a map or null, found a list'],
    [
      'dimensions: {team: {from: []}}',
      '1 dimensions.team.from: expected at least one attribute key',
    ],
    [
      'dimensions: {team: {frm: [a], from: [a]}}',
      '1 dimensions.team.frm: unknown key `frm`; did you mean `from`?',
    ],
    ['dimensions: {__proto__: x}', '1 dimensions: a key must be plain text, and not `__proto__`'],
  ])('%s', (text, fault) => {
    expect(readFaults(text)).toEqual([fault])
  })

  test.each([
    [
      'protocol: http, endpoint: "localhost:4318"',
      'endpoint: expected https://host/path or http://host:port, without user, query or fragment',
    ],
    [
      'protocol: http, endpoint: "http://me:secret@host"',
      'endpoint: expected https://host/path or http://host:port, without user, query or fragment',
    ],
    [
      'protocol: http, endpoint: "http://host/v1/traces/"',
      'endpoint: leave out /v1/traces: it is appended to the base URL',
    ],
    [
      'protocol: http, endpoint: "http://host", tls: {insecure: true}',
      'tls.insecure: only for host:port; a URL says it with http:// or https://',
    ],
    [
      'protocol: http, endpoint: "http://host", tls: {ca: a}',
      'tls: this endpoint is reached without TLS',
    ],
    [
      'protocol: http, endpoint: "https://host", tls: {cert: a}',
      'tls: `cert` and `key` go together',
    ],
    [
      'protocol: http, endpoint: "https://host", headers: {a b: c}',
      'headers["a b"]: not the name of a header',
    ],
    [
      'protocol: http, endpoint: "https://host", headers: {a: "\\n"}',
      'headers.a: expected at most 8192 printable ASCII characters',
    ],
    [
      'protocol: grpc, endpoint: "http://host:1/path"',
      'endpoint: expected host:port, https://host:port or http://host:port, without user, query or fragment',
    ],
    [
      'protocol: grpc, endpoint: "host:1", headers: {a-bin: c}',
      'headers.a-bin: gRPC keeps names that end in -bin for binary values',
    ],
    [
      'protocol: http, endpoint: "http://localhost:14318"',
      'endpoint: this is our own receiver: requests would go round for ever',
    ],
  ])('of a destination: %s', (destination, fault) => {
    expect(readFaults(`forward: {traces: [{${destination}}]}`)).toEqual([
      `1 forward.traces[0].${fault}`,
    ])
  })

  test('of a destination are told together', () => {
    const text =
      'forward:\n  logs:\n    - protocol: http\n      endpoint: x\n      timeout: 10\n      a: b'
    expect(readFaults(text).map((fault) => fault.split(': ')[0])).toEqual([
      '4 forward.logs[0].endpoint',
      '5 forward.logs[0].timeout',
      '6 forward.logs[0].a',
    ])
  })
})
