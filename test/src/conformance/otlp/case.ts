/** What the suite is made of: cases that speak to a target over real sockets and nothing else. */

/** An OTLP receiver that is looked at from outside. */
export interface Target {
  /** Of OTLP/HTTP, such as `http://127.0.0.1:4318`. */
  readonly httpUrl: string
  /** `host:port` of OTLP/gRPC, without TLS. */
  readonly grpcAddress: string
  /** The limit that it is configured with, of a request after decompression. */
  readonly maxRequestBytes: number
  /** Where the target forwards to; without one, cases that look there are skipped. */
  readonly sink?: Sink
}

/** A next hop over OTLP/HTTP. */
export interface Sink {
  /** The newest request that has these bytes in it, waited for; rejects if there is none. */
  find(bytes: Buffer): Promise<Forwarded>
  /** How requests are answered from now on; 200 at first. */
  answer(status: number, headers?: Readonly<Record<string, string>>): void
}

export interface Forwarded {
  readonly encoding: Encoding
  /** Uncompressed. */
  readonly body: Buffer
}

export type Encoding = 'protobuf' | 'json'
export type Signal = 'traces' | 'metrics' | 'logs'

export const ENCODINGS: readonly Encoding[] = ['protobuf', 'json']
export const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs']

export const MEDIA_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/**
 * One promise of the OTLP specification 1.11, or of the HTTP or gRPC beneath it. `id` stays the
 * same from version to version, since differences are listed by it. `run` rejects where the target
 * does something else.
 */
export interface Case {
  readonly id: string
  readonly needs?: 'sink'
  run(target: Target): Promise<void>
}
