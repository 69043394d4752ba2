import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import {
  Client,
  compressionAlgorithms,
  credentials,
  Metadata,
  status,
  type ChannelCredentials,
  type ServiceError,
} from '@grpc/grpc-js'
import { decodeExportResponse, decodeRetryAfterMs, transcodeJson } from '@spancost/otlp'
import { holdBody } from '../body-memory.ts'
import type { Destination } from '../config.ts'
import type { Result, Signal } from '../consume.ts'
import { splitEndpoint } from '../endpoint.ts'
import { OTLP_METHODS } from '../otlp-methods.ts'
import { readPem } from '../pem-files.ts'
import type { Forwarder } from './forwarder.ts'

const asIs = (bytes: Buffer): Buffer => bytes

/** OTLP/gRPC to one destination. Requests that came as JSON become protobuf. */
export function createGrpcForwarder(signal: Signal, destination: Destination): Forwarder {
  const isGzip = destination.compression === 'gzip'
  const client = new Client(destination.endpoint, createCredentials(destination), {
    // Node 26 refuses an IP address as the TLS server name; createCredentials checks the address.
    ...(isIP(hostOf(destination)) !== 0 && { 'grpc.ssl_target_name_override': 'localhost' }),
    'grpc.default_compression_algorithm': isGzip
      ? compressionAlgorithms.gzip
      : compressionAlgorithms.identity,
    // Requests are bounded where they come in.
    'grpc.max_send_message_length': -1,
    // Retrying is the wrapper's affair, which knows the caller's deadline.
    'grpc.enable_retries': 0,
    // The default lets a destination wait for two minutes after it came back.
    'grpc.max_reconnect_backoff_ms': 5000,
  })
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(destination.headers)) metadata.set(key, value)

  return {
    consume: (request, abort) => {
      let body: Buffer
      try {
        // When grpc-js has sent it, nobody is told.
        holdBody(request.body)
        const bytes = request.encoding === 'json' ? toProtobuf(signal, request.body) : request.body
        body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      } catch (error) {
        const message = `no OTLP request: ${(error as Error).message}`
        return Promise.resolve({ kind: 'permanent', message, fault: 'malformed' })
      }
      return call(client, signal, body, metadata, abort)
    },
    close: () => Promise.resolve(client.close()),
  }
}

/** The format of profiles is in development, so no schema of it is here yet. */
function toProtobuf(signal: Signal, json: Uint8Array): Uint8Array {
  if (signal === 'profiles') throw new Error('profiles in JSON cannot be sent on over gRPC')
  return transcodeJson(signal, json)
}

function createCredentials(destination: Destination): ChannelCredentials {
  const { tls } = destination
  if (tls === undefined) return credentials.createInsecure()
  const { ca = null, key = null, cert = null } = readPem(tls)
  const host = hostOf(destination)
  return credentials.createSsl(ca, key, cert, {
    checkServerIdentity: (_serverName, certificate) => checkServerIdentity(host, certificate),
  })
}

function hostOf({ endpoint }: Destination): string {
  return splitEndpoint(endpoint)?.host ?? endpoint
}

function call(
  client: Client,
  signal: Signal,
  body: Buffer,
  metadata: Metadata,
  abort: AbortSignal,
): Promise<Result> {
  return new Promise((resolve) => {
    const done = (error: ServiceError | null, response?: Buffer): void => {
      abort.removeEventListener('abort', cancel)
      resolve(error === null ? readResponse(signal, response) : toRefusal(error))
    }
    const started = client.makeUnaryRequest(OTLP_METHODS[signal], asIs, asIs, body, metadata, done)
    const cancel = (): void => started.cancel()
    if (abort.aborted) cancel()
    else abort.addEventListener('abort', cancel, { once: true })
  })
}

function readResponse(signal: Signal, response: Buffer | undefined): Result {
  const partialSuccess = decodeExportResponse('protobuf', signal, response ?? Buffer.alloc(0))
  return { kind: 'accepted', ...(partialSuccess && { partialSuccess }) }
}

/** OTLP 1.11: these may be tried again; RESOURCE_EXHAUSTED only where RetryInfo says so. */
const RETRYABLE: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.ABORTED,
  status.OUT_OF_RANGE,
  status.UNAVAILABLE,
  status.DATA_LOSS,
])

/** What an operator can mend (address, credentials): the data is good, so the sender keeps it. */
const OURS_TO_MEND: ReadonlySet<number> = new Set([
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.UNIMPLEMENTED,
])

function toRefusal(error: ServiceError): Result {
  const message = `the destination answered ${status[error.code]}: ${error.details}`
  const details = error.metadata?.get('grpc-status-details-bin')[0]
  const afterMs = Buffer.isBuffer(details) ? decodeRetryAfterMs(details) : undefined
  const isOverload = error.code === status.RESOURCE_EXHAUSTED && afterMs !== undefined
  if (isOverload || RETRYABLE.has(error.code) || OURS_TO_MEND.has(error.code)) {
    return {
      kind: 'retryable',
      message,
      ...(afterMs !== undefined && { afterMs }),
      ...(isOverload && { overload: true }),
    }
  }
  const fault = error.code === status.RESOURCE_EXHAUSTED ? 'too_large' : 'refused'
  return { kind: 'permanent', message, fault }
}
