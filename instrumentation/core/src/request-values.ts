/** Readers for requests: `unknown` in, nothing thrown, what is missing or malformed is left out. */
import type { OperationStart } from './operation.ts'

export function readObject(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {}
}

export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

export function readNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

export function readTexts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  const texts = value.filter((item) => typeof item === 'string')
  return texts.length > 0 ? texts : undefined
}

/** A member of an object or of a class. */
export function readMember(value: unknown, name: string): unknown {
  return typeof value === 'function' || isObject(value) ? Reflect.get(value, name) : undefined
}

/** The host that a client's base URL names. */
export function readServer(baseUrl: unknown): OperationStart['server'] {
  const text = baseUrl instanceof URL ? baseUrl.href : baseUrl
  if (typeof text !== 'string') return undefined
  if (serversByUrl.has(text)) return serversByUrl.get(text)
  const server = parseServer(text)
  if (serversByUrl.size >= MAX_SERVERS) serversByUrl.clear()
  serversByUrl.set(text, server)
  return server
}

/** An application talks to few servers, in every call to one of them. */
const MAX_SERVERS = 100
const serversByUrl = new Map<string, OperationStart['server']>()

function parseServer(text: string): OperationStart['server'] {
  const url = URL.parse(text)
  if (url === null) return undefined
  const defaultPort = url.protocol === 'http:' ? 80 : 443
  return { address: url.hostname, port: url.port === '' ? defaultPort : Number(url.port) }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
