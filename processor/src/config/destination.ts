import { z } from 'zod'
import { durationBetween, headers, readBaseUrl, text } from './values.ts'
import { splitEndpoint } from '../endpoint.ts'

/** Where requests of one signal go next. */
export interface Destination {
  readonly protocol: 'http' | 'grpc'
  /** http: the base URL, without a trailing slash. grpc: `host:port`. */
  readonly endpoint: string
  readonly headers: Readonly<Record<string, string>>
  /** `zstd` only over HTTP. */
  readonly compression: 'none' | 'gzip' | 'zstd'
  /** For one attempt. */
  readonly timeoutMs: number
  /** Present exactly where TLS is spoken. */
  readonly tls?: TlsFiles
  /** `false`: what it refuses is lost to it, and the answer to the sender stays as it is. */
  readonly isRequired: boolean
}

/** PEM files, from the working directory. `certPath` and `keyPath` come together or not at all. */
export interface TlsFiles {
  /** Absent: Node's own authorities. */
  readonly caPath?: string
  readonly certPath?: string
  readonly keyPath?: string
}

const written = z.strictObject({
  protocol: z.enum(['http', 'grpc']).describe('OTLP over HTTP or gRPC'),
  endpoint: text(2048).describe(
    'http: a base URL, without `/v1/traces`; ' +
      'grpc: `host:port` (TLS), `https://host:port` or `http://host:port`',
  ),
  headers: headers.prefault({}).describe('Sent with every request, such as an API key'),
  compression: z
    .enum(['none', 'gzip', 'zstd'])
    .prefault('gzip')
    .describe('Of what is sent; `zstd` over HTTP only'),
  require: z
    .enum(['all', 'best_effort'])
    .prefault('all')
    .describe('`best_effort`: its refusals are logged and counted, and change no answer'),
  timeout: durationBetween('1ms', '5m').prefault('10s').describe('For one attempt. 1ms to 5m'),
  tls: z
    .strictObject({
      ca: text(4096).optional().describe("PEM file of the authorities to trust, not Node's own"),
      cert: text(4096).optional().describe('PEM file of our certificate; needs `key`'),
      key: text(4096).optional().describe('PEM file of the private key to `cert`'),
      insecure: z
        .boolean()
        .prefault(false)
        .describe('`true`: no TLS to a gRPC endpoint that is written as `host:port`'),
    })
    .prefault({}),
})

type Written = z.infer<typeof written>

/** What is wrong between these is told even where another key is wrong, too. */
type Aim = Pick<Written, 'protocol' | 'endpoint' | 'headers' | 'compression' | 'tls'>
const aim = z.object(
  written.pick({ protocol: true, endpoint: true, headers: true, compression: true, tls: true })
    .shape,
)

/** A destination as it is written; parses to a `Destination`. */
export const destination = written
  .superRefine(
    (value, context) => {
      for (const [path, message] of findFaults(value)) {
        context.addIssue({ code: 'custom', path, message })
      }
    },
    { when: ({ value }) => aim.safeParse(value).success },
  )
  .transform((value): Destination => {
    const { protocol, headers: sent, compression, timeout: timeoutMs, tls } = value
    const { endpoint, secure } = readTarget(value)!
    const files: TlsFiles = {
      ...(tls.ca !== undefined && { caPath: tls.ca }),
      ...(tls.cert !== undefined && { certPath: tls.cert }),
      ...(tls.key !== undefined && { keyPath: tls.key }),
    }
    const tlsFiles = secure ? { tls: files } : {}
    const isRequired = value.require === 'all'
    return { protocol, endpoint, headers: sent, compression, timeoutMs, isRequired, ...tlsFiles }
  })

interface Target {
  readonly endpoint: string
  readonly secure: boolean
}

function readTarget({ protocol, endpoint, tls }: Aim): Target | undefined {
  if (protocol === 'grpc' && splitEndpoint(endpoint) !== undefined) {
    return { endpoint, secure: !tls.insecure }
  }
  const url = readBaseUrl(endpoint)
  if (url === undefined) return undefined
  const secure = url.protocol === 'https:'
  if (protocol === 'http') return { endpoint: url.href.replace(/\/+$/, ''), secure }
  if (url.pathname !== '/') return undefined
  return { endpoint: `${url.hostname}:${url.port || (secure ? 443 : 80)}`, secure }
}

type FaultAt = readonly [path: string[], message: string]

function findFaults(value: Aim): FaultAt[] {
  const { protocol, endpoint, tls } = value
  const faults: FaultAt[] = []
  const target = readTarget(value)
  const forms = protocol === 'http' ? 'https://host/path' : 'host:port, https://host:port'
  if (target === undefined) {
    const message = `expected ${forms} or http://host:port, without user, query or fragment`
    faults.push([['endpoint'], message])
  }
  const ending = /\/(?:v1\/(?:traces|metrics|logs)|v1development\/profiles)$/.exec(
    target?.endpoint ?? '',
  )?.[0]
  if (ending !== undefined) {
    faults.push([['endpoint'], `leave out ${ending}: it is appended to the base URL`])
  }
  if (tls.insecure && splitEndpoint(endpoint) === undefined) {
    faults.push([['tls', 'insecure'], 'only for host:port; a URL says it with http:// or https://'])
  }
  if (target?.secure === false && (tls.ca ?? tls.cert ?? tls.key) !== undefined) {
    faults.push([['tls'], 'this endpoint is reached without TLS'])
  }
  if ((tls.cert === undefined) !== (tls.key === undefined)) {
    faults.push([['tls'], '`cert` and `key` go together'])
  }
  const binary = Object.keys(value.headers).find((name) => name.toLowerCase().endsWith('-bin'))
  if (protocol === 'grpc' && binary !== undefined) {
    faults.push([['headers', binary], 'gRPC keeps names that end in -bin for binary values'])
  }
  if (protocol === 'grpc' && value.compression === 'zstd') {
    faults.push([['compression'], '`zstd` only over HTTP'])
  }
  for (const header of Object.keys(value.headers).filter(isOurs)) {
    faults.push([['headers', header], 'this header is written by the processor itself'])
  }
  return faults
}

/** Headers that say how a message is written, or belong to the connection (RFC 9110, 7.6.1). */
function isOurs(header: string): boolean {
  return /^(?:content-(?:type|length|encoding)|transfer-encoding|connection|keep-alive|upgrade|host|te|trailer|expect|grpc-.*)$/i.test(
    header,
  )
}
