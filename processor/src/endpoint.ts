export interface HostAndPort {
  readonly host: string
  readonly port: number
}

/**
 * Splits `host:port`; an IPv6 address stands in brackets, which the host is given without. Port 0
 * lets the system choose. `undefined`: not of that form.
 */
export function splitEndpoint(endpoint: string): HostAndPort | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9A-Za-z._-]{1,253})):(\d{1,5})$/.exec(endpoint)
  if (match === null) return undefined
  const port = Number(match[3])
  return port > 65_535 ? undefined : { host: match[1] ?? match[2]!, port }
}

const THIS_MACHINE = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|::1?)$/

/** Whether calling `destination` (a URL or `host:port`) would end at our own listener, as far as names tell. */
export function reachesListener(destination: string, listener: string): boolean {
  const url = URL.parse(destination.includes('://') ? destination : `http://${destination}`)
  const own = splitEndpoint(listener)
  if (url === null || own === undefined) return false
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isSameHost = host === own.host || (THIS_MACHINE.test(host) && THIS_MACHINE.test(own.host))
  return port === own.port && isSameHost
}

/** Whether only this machine reaches a listener at `host:port`. */
export function isLoopback(endpoint: string): boolean {
  const host = splitEndpoint(endpoint)?.host
  return host !== undefined && /^(?:localhost|127(?:\.\d+){3}|::1)$/.test(host)
}
