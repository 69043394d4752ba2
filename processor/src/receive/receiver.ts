/** A started receiver. */
export interface Receiver {
  /** `host:port` with the port that is really used. */
  readonly address: string
  /** Takes no new requests and resolves when those in work are answered. */
  stop(): Promise<void>
}
