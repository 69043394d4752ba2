import {
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  status,
  type sendUnaryData,
  type ServerInterceptor,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js'
import { encodeExportResponse, encodeStatus } from '@spancost/otlp'
import { SIGNALS, type Consume, type Result, type Signal } from '../consume.ts'
import { OTLP_METHODS } from '../otlp-methods.ts'
import { CHALLENGE, type IsAllowed } from './bearer-tokens.ts'
import type { Receiver, ReceiverOptions } from './receiver.ts'
import type { ServerTls } from './server-tls.ts'

export interface GrpcReceiverOptions extends ReceiverOptions {
  /** Then a client has to connect anew, and comes to another replica. Absent: never. */
  readonly maxConnectionAgeMs?: number
  /** Between two questions whether a silent client is still there. Absent: it is not asked. */
  readonly keepaliveMs?: number
}

/** Requests larger than HTTP/2's default window of 64 KiB should not wait for window updates. */
const FLOW_CONTROL_WINDOW_BYTES = 16 * 1024 * 1024

/** What an old connection may still finish: longer than any sender waits by default. */
const LAST_CALLS_MS = 60_000
const KEEPALIVE_TIMEOUT_MS = 20_000

/** OTLP/gRPC. Requests stay bytes: nothing here decodes them. */
export async function startGrpcReceiver(
  options: GrpcReceiverOptions,
  consumers: Readonly<Partial<Record<Signal, Consume>>>,
): Promise<Receiver> {
  const { isAllowed, maxConnectionAgeMs, keepaliveMs } = options
  const server = new Server({
    'grpc.max_receive_message_length': options.maxRequestBytes,
    'grpc-node.flow_control_window': FLOW_CONTROL_WINDOW_BYTES,
    ...(maxConnectionAgeMs !== undefined && {
      'grpc.max_connection_age_ms': maxConnectionAgeMs,
      'grpc.max_connection_age_grace_ms': LAST_CALLS_MS,
    }),
    ...(keepaliveMs !== undefined && {
      'grpc.keepalive_time_ms': keepaliveMs,
      'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
    }),
    ...(isAllowed && { interceptors: [refuseStrangers(isAllowed)] }),
  })
  const inWork = new Set<Promise<void>>()
  for (const signal of SIGNALS) {
    const consume = consumers[signal]
    // A service that is not there answers UNIMPLEMENTED.
    if (consume === undefined) continue
    server.addService(serviceOf(signal), handlerOf(signal, consume, inWork))
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(options.endpoint, createCredentials(options.tls), (error, bound) => {
      if (error === null) resolve(bound)
      else reject(error)
    })
  })
  return {
    address: options.endpoint.replace(/:\d+$/, `:${port}`),
    stop: () => stopServer(server, inWork),
  }
}

/** With `clientCa`, who has no certificate of one of its authorities is cut off in the handshake. */
function createCredentials(tls: ServerTls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure()
  const { cert, key, clientCa } = tls
  const pair = { cert_chain: cert, private_key: key }
  return ServerCredentials.createSsl(clientCa ?? null, [pair], clientCa !== undefined)
}

/** Refuses by the head of a call, before its message is read. */
function refuseStrangers(isAllowed: IsAllowed): ServerInterceptor {
  return (_, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (received, proceed) => {
            if (isAllowed(received.get('authorization')[0]?.toString())) return proceed(received)
            const metadata = new Metadata()
            metadata.set('www-authenticate', CHALLENGE)
            const details = 'a valid bearer token is needed'
            return call.sendStatus({ code: status.UNAUTHENTICATED, details, metadata })
          },
        }),
    })
}

/** Once all is answered, how long the answers have to leave before what is still open is cut. */
const LEAVE_MS = 1000

/**
 * Takes no new calls, answers what has come whole, then cuts the rest: connections that sent
 * nothing yet, or half a request, which their senders know to be lost and send again.
 */
async function stopServer(server: Server, inWork: ReadonlySet<Promise<void>>): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)))
  })
  while (inWork.size > 0) await Promise.all(inWork)
  await new Promise<void>((resolve, reject) => {
    const cut = setTimeout(() => {
      server.forceShutdown()
      resolve()
    }, LEAVE_MS)
    closed.then(resolve, reject).finally(() => clearTimeout(cut))
  })
}

const asIs = (bytes: Buffer): Buffer => bytes

function serviceOf(signal: Signal): ServiceDefinition {
  return {
    Export: {
      path: OTLP_METHODS[signal],
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  }
}

function handlerOf(
  signal: Signal,
  consume: Consume,
  inWork: Set<Promise<void>>,
): UntypedServiceImplementation {
  const handle = async (
    call: ServerUnaryCall<Buffer, Buffer>,
    callback: sendUnaryData<Buffer>,
  ): Promise<void> => {
    const abort = new AbortController()
    call.on('cancelled', () => abort.abort(new Error('the sender went away')))
    let result: Result
    try {
      result = await consume({ signal, encoding: 'protobuf', body: call.request }, abort.signal)
    } catch (error) {
      // A fault of ours: the sender keeps the request and tries again.
      callback({ code: status.UNAVAILABLE, details: (error as Error).message })
      return
    }
    if (result.kind === 'accepted') {
      const body = encodeExportResponse('protobuf', signal, result.partialSuccess)
      callback(null, Buffer.from(body))
      return
    }
    const { code, retryAfterMs } = statusOf(result)
    const metadata = new Metadata()
    if (retryAfterMs !== undefined) {
      const details = encodeStatus('protobuf', code, result.message, retryAfterMs)
      metadata.set('grpc-status-details-bin', Buffer.from(details))
    }
    callback({ code, details: result.message, metadata })
  }
  return {
    Export: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
      const handled = handle(call, callback).finally(() => inWork.delete(handled))
      inWork.add(handled)
    },
  }
}

/** A client repeats RESOURCE_EXHAUSTED only where RetryInfo says so, so overload always says so. */
const OVERLOAD_RETRY_MS = 1000

function statusOf(result: Exclude<Result, { kind: 'accepted' }>): {
  code: number
  retryAfterMs?: number
} {
  if (result.kind === 'permanent') {
    const tooLarge = result.fault === 'too_large'
    return { code: tooLarge ? status.RESOURCE_EXHAUSTED : status.INVALID_ARGUMENT }
  }
  if (result.overload) {
    return { code: status.RESOURCE_EXHAUSTED, retryAfterMs: result.afterMs ?? OVERLOAD_RETRY_MS }
  }
  return {
    code: status.UNAVAILABLE,
    ...(result.afterMs !== undefined && { retryAfterMs: result.afterMs }),
  }
}
