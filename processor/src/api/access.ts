import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isLoopback } from '../endpoint.ts'
import type { Filter } from './parameters.ts'

/** What a token may do. Beyond these, a role is the name of an approval level of the config. */
export const ROLES = {
  /** Sees spend, traces, prices and budgets. */
  viewer: 'viewer',
  /** Asks for budgets. */
  requester: 'requester',
  /** Asks whether an operation may be made: what an application needs. */
  decider: 'decider',
  /** May do everything. */
  admin: 'admin',
} as const

export type Role = (typeof ROLES)[keyof typeof ROLES]

export interface AccessToken {
  /** Who this is, for the audit. */
  readonly name: string
  /** SHA-256 of the token, in hex: the config holds no secret. */
  readonly sha256: string
  readonly roles: readonly string[]
  /** Its holder sees and spends only what bears these labels, such as one tenant's. */
  readonly labels: Readonly<Record<string, string>>
  readonly expiresUnixMs?: number
}

/** Who is asking. */
export interface Caller {
  readonly name: string
  readonly roles: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

export type Admission =
  | { readonly kind: 'caller'; readonly caller: Caller }
  | { readonly kind: 'refused'; readonly status: 401 | 403; readonly detail: string }

/** Whoever is on this machine, where there are no tokens. */
export const LOCAL_CALLER: Caller = { name: 'local', roles: [ROLES.admin], labels: {} }

/** How a refused caller is told to come in (RFC 6750, 3). */
export const CHALLENGE = 'Bearer realm="spancost"'

/** What is known of a request before it is read. */
interface Knock {
  readonly headers: IncomingHttpHeaders
  readonly remoteAddress: string | undefined
}

/**
 * Tells who is asking. Without tokens this machine may ask everything and others nothing, and
 * neither may browsers that another site has sent here under its own name (DNS rebinding): their
 * `Host` is not this machine. Tokens are long and random, so that their plain SHA-256 cannot be
 * turned around.
 */
export function createAccess(
  tokens: readonly AccessToken[],
): (knock: Knock, nowUnixMs: number) => Admission {
  if (tokens.length === 0)
    return ({ headers, remoteAddress }) => admitLocal(headers.host, remoteAddress)
  const byDigest = new Map(tokens.map((token) => [token.sha256, token]))
  return ({ headers }, nowUnixMs) => {
    const [, given] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? []
    if (given === undefined) return { kind: 'refused', status: 401, detail: 'a token is missing' }
    const token = byDigest.get(digestToken(given))
    if (token === undefined) return { kind: 'refused', status: 401, detail: 'unknown token' }
    if (token.expiresUnixMs !== undefined && nowUnixMs >= token.expiresUnixMs) {
      return { kind: 'refused', status: 401, detail: `the token of "${token.name}" has expired` }
    }
    const { name, roles, labels } = token
    return { kind: 'caller', caller: { name, roles, labels } }
  }
}

export function digestToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function admitLocal(host: string | undefined, remoteAddress: string | undefined): Admission {
  const refuse = (detail: string): Admission => ({ kind: 'refused', status: 403, detail })
  const address = remoteAddress?.replace(/^::ffff:/, '') ?? ''
  if (!isLoopback(address.includes(':') ? `[${address}]:0` : `${address}:0`)) {
    return refuse('there are no api.tokens in the config, so only its own machine may ask')
  }
  if (!isLocalHost(host)) return refuse('the Host header names another machine')
  return { kind: 'caller', caller: LOCAL_CALLER }
}

/** HTTP/1.1 demands a Host; one without it is no browser. */
function isLocalHost(host: string | undefined): boolean {
  if (host === undefined) return true
  return isLoopback(/:\d+$/.test(host) ? host : `${host}:80`)
}

/**
 * What somebody has to be. `known`: whoever is let in; what is asked for decides by itself.
 * `requester or approver`: whoever has more to do with budgets than to look and to ask before calls.
 */
export type Need = Role | 'anyone' | 'known' | 'requester or approver'

/** Whether a caller may ask for something that wants a role. */
export function mayAsk({ roles }: Caller, need: Need): boolean {
  if (need === 'anyone' || need === 'known' || roles.includes(ROLES.admin)) return true
  if (need !== 'requester or approver') return roles.includes(need)
  // Approvers have the roles that the config names.
  return roles.some((role) => role !== ROLES.viewer && role !== ROLES.decider)
}

/** Whether something with these labels is a caller's own. */
export function owns({ labels }: Caller, given: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => given[name] === value)
}

export function isLimited({ labels }: Caller): boolean {
  return Object.keys(labels).length > 0
}

/** What a caller may see of what was asked for: never more than its own. Nothing: all of it. */
export function limitTo(caller: Caller, where: Filter = {}): { readonly where?: Filter } {
  const own = Object.entries(caller.labels).map(([name, value]) => {
    const values = where[name] ?? [value]
    // Of a value that is somebody else's there is nothing to see.
    return [name, values.filter((each) => each === value)] as const
  })
  const limited = { ...where, ...Object.fromEntries(own) }
  return Object.keys(limited).length === 0 ? {} : { where: limited }
}
