import type { Consume } from '../consume.ts'

/** A destination that is connected to when it is first needed. */
export interface Forwarder {
  readonly consume: Consume
  close(): Promise<void>
}
