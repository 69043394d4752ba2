import type { Encoding } from './scan.ts'
import {
  createCursor,
  LENGTH,
  MalformedError,
  readLength,
  readTag,
  skipValue,
  type Cursor,
} from './wire.ts'

/** From a request down to its items, in JSON and in protobuf; all signals have the same shape. */
const LISTS = {
  traces: ['resourceSpans', 'scopeSpans', 'spans'],
  metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
  logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
  profiles: ['resourceProfiles', 'scopeProfiles', 'profiles'],
} as const
const TAGS = [(1 << 3) | LENGTH, (2 << 3) | LENGTH, (2 << 3) | LENGTH]

/**
 * Says what is wrong with a request that is passed on without being read, or `undefined` where it
 * has the shape of an OTLP request. Looked at are the fields down to those of its metrics, log
 * records or profiles; what is inside of these, and unknown fields, is stepped over.
 */
export function findRequestFault(
  signal: keyof typeof LISTS,
  encoding: Encoding,
  body: Uint8Array,
): string | undefined {
  try {
    if (encoding === 'protobuf') visitMessage(createCursor(body), body.length, 0)
    else visitObject(readJson(body), LISTS[signal], 'the request')
    return undefined
  } catch (error) {
    const isBad =
      error instanceof MalformedError || error instanceof SyntaxError || error instanceof TypeError
    if (!isBad) throw error
    return error.message
  }
}

function visitMessage(cursor: Cursor, end: number, depth: number): void {
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if (tag !== TAGS[depth]) skipValue(cursor, tag & 7, end)
    else visitMessage(cursor, readLength(cursor, end), depth + 1)
  }
}

/** Throws a TypeError on what is not UTF-8. */
function readJson(body: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
}

function visitObject(value: unknown, lists: readonly string[], what: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedError(`${what} is not an object`)
  }
  const [name, ...below] = lists
  if (name === undefined) return
  const list = (value as Readonly<Record<string, unknown>>)[name] ?? []
  if (!Array.isArray(list)) throw new MalformedError(`${name} is not a list`)
  for (const item of list) visitObject(item, below, `an item of ${name}`)
}
