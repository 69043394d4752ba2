import type { Server } from 'node:net'
import type { Consume } from '../consume.ts'
import type { IsAllowed } from './bearer-tokens.ts'
import type { InFlight } from './limit-in-flight.ts'
import type { ServerTls } from './server-tls.ts'

/** A started receiver. */
export interface Receiver {
  /** `host:port` with the port that is really used. */
  readonly address: string
  /** Takes no new requests and resolves when those in work are answered. */
  stop(): Promise<void>
}

/** What the receivers of both transports want to know. */
export interface ReceiverOptions {
  /** `host:port`; port 0 lets the system choose. */
  readonly endpoint: string
  /** Of a request after decompression. */
  readonly maxRequestBytes: number
  /** Then a client has to connect anew, and may come to another replica. Absent: never. */
  readonly maxConnectionAgeMs?: number
  /** Absent: without TLS. */
  readonly tls?: ServerTls
  /** Absent: everybody is let in. */
  readonly isAllowed?: IsAllowed
  /** Absent: bodies are bounded only when they have come whole. */
  readonly uploads?: Uploads
  /** Told of each request that the receiver itself refuses for good. */
  readonly onRefused?: (cause: RefusalCause) => void
}

/** Why a receiver refuses a request before anybody has looked into it. */
export type RefusalCause =
  | 'unauthenticated'
  | 'not_found'
  | 'method'
  | 'media_type'
  | 'encoding'
  | 'too_large'
  | 'corrupt'

/** For bodies that are still coming. */
export interface Uploads {
  readonly inFlight: InFlight
  /** Answers a request for which there is no room; its body is left out. */
  readonly refuse: Consume
}

/** `host:port` on which a server really listens. */
export function addressOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
