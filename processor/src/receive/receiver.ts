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
  /** Absent: without TLS. */
  readonly tls?: ServerTls
  /** Absent: everybody is let in. */
  readonly isAllowed?: IsAllowed
  /** Absent: bodies are bounded only when they have come whole. */
  readonly uploads?: Uploads
}

/** For bodies that are still coming, over HTTP; gRPC's library keeps them to itself. */
export interface Uploads {
  readonly inFlight: InFlight
  /** Answers a request for which there is no room; its body is left out. */
  readonly refuse: Consume
}
