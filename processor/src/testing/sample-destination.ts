import type { Destination } from '../config.ts'

/** A destination without anything special; a test names only what it is about. */
export function createDestination(
  protocol: Destination['protocol'],
  endpoint: string,
  more: Partial<Destination> = {},
): Destination {
  return {
    protocol,
    endpoint,
    headers: {},
    compression: 'none',
    timeoutMs: 10_000,
    isRequired: true,
    ...more,
  }
}
