import { z } from 'zod'
import { destination } from './destination.ts'
import { prices } from './prices.ts'
import { alerts } from './alerts.ts'
import { budget } from './budgets.ts'
import {
  baseUrl,
  decimal,
  durationBetween,
  headers,
  instant,
  listenEndpoint,
  sizeBetween,
  text,
} from './values.ts'

/**
 * The config as it is written: what is allowed, the defaults, and the words that the docs show.
 * `parse` gives durations in milliseconds and sizes in bytes.
 */

const destinations = (signal: string, otherwise: string) =>
  z
    .array(destination)
    .max(8)
    .prefault([])
    .describe(`Where ${signal} go next; none: they are ${otherwise}`)

const attributeKey = text(256)

const dimension = z.union([
  attributeKey,
  z.strictObject({
    from: z
      .array(attributeKey)
      .min(1, 'expected at least one attribute key')
      .max(16)
      .describe('Attribute keys; the first that the span, its scope or its resource has'),
    metric: z
      .boolean()
      .optional()
      .describe(
        'Whether cost metrics carry it; absent: as the built-in one of that name, else `false`',
      ),
  }),
  z.null(),
])

/** What every entry is labelled with already. */
const FIXED_LABELS = new Set(['provider', 'model', 'operation', 'service'])

const dimensionName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_]{0,63}$/,
    'a dimension is named by up to 64 of a-z, 0-9 and _, a letter first',
  )
  .refine((name) => !FIXED_LABELS.has(name), 'this label is fixed and cannot be redefined')

const listenerTls = z.strictObject({
  cert: text(4096).describe('PEM file of the certificate, and those between it and its authority'),
  key: text(4096).describe('PEM file of the private key to `cert`'),
  clientCa: text(4096)
    .optional()
    .describe('PEM file of authorities; who has no certificate of theirs is not let in'),
})

const connectionAge = () =>
  durationBetween('10s', '24h')
    .prefault('30m')
    .describe('After it a client connects anew, maybe to another replica. 10s to 24h')

const otlp = z
  .strictObject({
    grpc: z
      .strictObject({
        endpoint: listenEndpoint
          .nullable()
          .prefault('127.0.0.1:14317')
          .describe('Where OTLP/gRPC is received; `null`: nowhere'),
        tls: listenerTls.optional().describe('Absent: without TLS'),
        maxConnectionAge: connectionAge(),
        keepalive: durationBetween('10s', '24h')
          .prefault('2m')
          .describe('Between two checks that a silent client is still there. 10s to 24h'),
      })
      .nullable()
      .prefault({}),
    http: z
      .strictObject({
        endpoint: listenEndpoint
          .nullable()
          .prefault('127.0.0.1:14318')
          .describe('Where OTLP/HTTP is received; `null`: nowhere'),
        tls: listenerTls.optional().describe('Absent: without TLS'),
        maxConnectionAge: connectionAge(),
      })
      .nullable()
      .prefault({}),
    auth: z
      .strictObject({
        bearerTokens: z
          .array(z.string().regex(/^[!-~]{1,4096}$/, 'expected printable ASCII without spaces'))
          .max(64)
          .prefault([])
          .describe('Who has none of these is answered with 401; none: everybody is let in'),
      })
      .prefault({}),
    maxRequestSize: sizeBetween('1KiB', '1GiB')
      .prefault('64MiB')
      .describe('Of one request, uncompressed; a larger one is refused for good. 1KiB to 1GiB'),
    maxInFlight: sizeBetween('1KiB', '64GiB')
      .prefault('256MiB')
      .describe(
        'Of all requests in work or on their way in; beyond it callers are asked to wait. Up to 64GiB',
      ),
  })
  .refine((value) => value.maxInFlight >= value.maxRequestSize, {
    path: ['maxInFlight'],
    error: 'smaller than `receivers.otlp.maxRequestSize`',
  })

const accessToken = z.strictObject({
  name: text(100).describe('Who this is, for the audit'),
  sha256: z
    .string()
    .regex(
      /^[0-9a-f]{64}$/,
      'expected the SHA-256 of a token in hex, as `spancost token` prints it',
    )
    .describe('Of the token; `spancost token` makes both'),
  roles: z
    .array(text(64))
    .min(1)
    .max(16)
    .describe('`viewer`, `requester`, `decider`, `admin` or the name of an approval level'),
  labels: z
    .record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'not the name of a label'), text(256))
    .prefault({})
    .describe('Its holder sees and spends only what bears these labels, such as one tenant'),
  expires: instant.optional().describe('From then on it is refused; absent: it never ends'),
})

const metricsOtlp = z.strictObject({
  endpoint: baseUrl.describe('A base URL, to which `/v1/metrics` is appended'),
  headers: headers.prefault({}).describe('Sent with every request'),
  interval: durationBetween('1s', '1h').prefault('60s').describe('Between two exports. 1s to 1h'),
  temporality: z
    .enum(['cumulative', 'delta'])
    .optional()
    .describe('Absent: as OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE says, else cumulative'),
  name: text(256).optional().describe('What it is remembered by; absent: its endpoint'),
})

/** One destination may stand without a list. */
const metricsDestinations = z.union(
  [metricsOtlp.transform((one) => [one]), z.array(metricsOtlp).max(8)],
  { error: 'expected a map or a list of them' },
)

export const CONFIG_SCHEMA = z.strictObject({
  receivers: z.strictObject({ otlp: otlp.prefault({}) }).prefault({}),
  api: z
    .strictObject({
      endpoint: listenEndpoint
        .prefault('127.0.0.1:14320')
        .describe('Where the API, `/metrics` and the health checks answer'),
      tokens: z
        .array(accessToken)
        .max(1000)
        .prefault([])
        .describe('Who may ask what; none: this machine everything, others nothing'),
    })
    .prefault({}),
  forward: z
    .strictObject({
      traces: destinations('traces', 'priced, kept and metered, and go nowhere'),
      metrics: destinations('metrics', 'refused'),
      logs: destinations('logs', 'refused'),
      profiles: destinations('profiles', 'refused'),
      retry: z
        .strictObject({
          maxElapsed: durationBetween('0s', '1m')
            .prefault('5s')
            .describe(
              'How long we try again while the caller waits; then the caller has to. 0s to 1m',
            ),
        })
        .prefault({}),
    })
    .prefault({}),
  ledger: z
    .strictObject({
      store: z
        .enum(['sqlite', 'postgres'])
        .prefault('sqlite')
        .describe('Where operations are written down'),
      path: text(4096)
        .prefault('./.spancost/ledger.db')
        .describe('`sqlite`: the file, from the working directory'),
      url: text(4096)
        .optional()
        .describe('`postgres`: `postgres://user:password@host:port/database`'),
      retention: z
        .strictObject({
          entries: durationBetween('2d', '36500d')
            .optional()
            .describe('How long entries are kept; absent: for ever. 2d to 36500d'),
          hourly: durationBetween('2d', '36500d')
            .optional()
            .describe('How long hourly sums are kept, not shorter than entries; absent: for ever'),
          decisions: durationBetween('2d', '36500d')
            .prefault('90d')
            .describe(
              'How long decisions of budgets are kept after they were made, unless they still hold something',
            ),
        })
        .refine(({ entries, hourly }) => hourly === undefined || hourly >= (entries ?? Infinity), {
          path: ['hourly'],
          error:
            'shorter than `ledger.retention.entries`: what is kept of entries has to be summed',
        })
        .prefault({}),
      settleAfter: durationBetween('1s', '24h')
        .prefault('2m')
        .describe(
          'How long an agent span is held for calls below it, before its own usage counts. 1s to 24h',
        ),
    })
    .refine(({ store, url }) => store === 'sqlite' || url !== undefined, {
      path: ['url'],
      error: 'missing; `store: postgres` needs it',
    })
    .refine(({ url }) => url === undefined || /^postgres(?:ql)?:\/\//.test(url), {
      path: ['url'],
      error: 'expected postgres://user:password@host:port/database',
    })
    .prefault({}),
  prices: prices.prefault({}),
  budgets: z
    .array(budget)
    .max(10_000)
    .prefault([])
    .describe('Limits on what may be spent; see docs/budgets.md'),
  approvals: z
    .array(
      z.strictObject({
        role: text(64).describe('Of an API token'),
        upTo: decimal.optional().describe('USD; absent: any, and limits that are not money'),
        alertAt: z
          .number()
          .min(1)
          .max(100)
          .optional()
          .describe('Percent at which what this role approved warns first'),
      }),
    )
    .max(64)
    .prefault([])
    .describe('Who may approve budgets that were asked for; an `admin` may always'),
  alerts,
  dimensions: z
    .record(dimensionName, dimension)
    .prefault({})
    .describe('What spend can be grouped by, beyond provider, model, operation and service'),
  attributes: z
    .strictObject({
      aliases: z
        .array(z.enum(['gen_ai', 'langfuse', 'openlit', 'openinference']))
        .max(4)
        .prefault([])
        .describe('Other names that the cost is also written under, where a span lacks them'),
    })
    .prefault({}),
  rollup: z
    .strictObject({
      maxSpans: z
        .int('expected a whole number from 1000 to 10000000')
        .min(1_000, 'expected a whole number from 1000 to 10000000')
        .max(10_000_000, 'expected a whole number from 1000 to 10000000')
        .prefault(200_000)
        .describe(
          'How many spans of traces with GenAI are kept in mind for sums on their ancestors. 1000 to 10000000',
        ),
      maxIdle: durationBetween('1s', '24h')
        .prefault('10m')
        .describe(
          'A trace of which nothing came for so long gets no such sums any more. 1s to 24h',
        ),
    })
    .prefault({}),
  metrics: z
    .strictObject({
      otlp: metricsDestinations
        .prefault([])
        .describe('Cost metrics over OTLP/HTTP: one destination, or a list; none: not sent'),
      prometheus: z.boolean().prefault(true).describe('Whether `/metrics` is served'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .prefault('info')
        .describe('The least that is logged'),
      otlp: z
        .strictObject({
          endpoint: baseUrl.describe('A base URL, to which `/v1/logs` is appended'),
          headers: headers.prefault({}).describe('Sent with every request'),
        })
        .optional()
        .describe('Our own log over OTLP/HTTP, beside standard error; absent: not sent'),
    })
    .prefault({}),
})

/** What is written, with durations in milliseconds and sizes in bytes. */
export type WrittenConfig = z.infer<typeof CONFIG_SCHEMA>

type JsonSchema = z.core.JSONSchema.BaseSchema

const FROM_ENVIRONMENT = String.raw`\$\{env:`

/**
 * The JSON schema that editors use, published as `spancost.schema.json`. Wherever it asks for a
 * certain text, it also takes one with a `${env:...}` in it.
 */
export function describeConfig(): JsonSchema {
  return z.toJSONSchema(CONFIG_SCHEMA, {
    io: 'input',
    override: ({ jsonSchema, path }) => {
      if (path.at(-1) === 'propertyNames') return
      if (jsonSchema.pattern !== undefined) {
        jsonSchema.pattern = `(?:${jsonSchema.pattern})|${FROM_ENVIRONMENT}`
      }
      const { enum: words, const: word, type } = jsonSchema
      if (words === undefined && word === undefined && type !== 'boolean') return
      delete jsonSchema.enum
      delete jsonSchema.const
      delete jsonSchema.type
      const exact: JsonSchema = { type: type ?? 'string' }
      if (words !== undefined) exact.enum = words
      if (word !== undefined) exact.const = word
      jsonSchema.anyOf = [exact, { type: 'string', pattern: FROM_ENVIRONMENT }]
    },
  })
}
