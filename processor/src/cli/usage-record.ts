import type { Operation, Usage } from '@spancost/genai'
import { INSTANT_FORMS, readInstant } from '../instant.ts'
import { findNearest } from '../nearest.ts'

/** One call to be priced: what `spancost price` reads from flags or from a line of JSON. */
export type ReadRecord =
  | {
      readonly kind: 'record'
      readonly operation: Operation
      readonly atMs: number
      readonly tenant?: string
    }
  | { readonly kind: 'malformed'; readonly message: string }

/** All of `Usage`, which the type checks. */
const USAGE: Readonly<Record<keyof Usage, true>> = {
  inputTokens: true,
  cacheReadTokens: true,
  cacheWrite5mTokens: true,
  cacheWrite1hTokens: true,
  inputAudioTokens: true,
  cacheReadAudioTokens: true,
  inputImageTokens: true,
  outputTokens: true,
  outputAudioTokens: true,
  outputImageTokens: true,
  reasoningTokens: true,
  webSearches: true,
  searches: true,
  requests: true,
  images: true,
  pages: true,
  characters: true,
  audioSeconds: true,
  videoSeconds: true,
  gpuSeconds: true,
}

export const USAGE_FIELDS = Object.keys(USAGE).filter(isUsageField)

export const TEXT_FIELDS = ['provider', 'model', 'serviceTier', 'region', 'serverAddress'] as const

const FIELDS = [...TEXT_FIELDS, 'tenant', 'timestamp', 'usage']

/**
 * Reads a record. Fields that are absent or null were not reported. Fields of the caller's own are
 * let pass, but one whose name is nearly one of ours is refused: a misspelt `usage` or `serviceTier`
 * would change the price unseen. For the same reason no field of `usage` may be unknown.
 * @param nowMs the time of a call without a timestamp.
 */
export function readRecord(value: unknown, nowMs: number): ReadRecord {
  if (!isObject(value)) return malformed('expected a JSON object')
  const message =
    findMisspelling(value) ?? findBadText(value) ?? findBadUsage(value['usage'] ?? undefined)
  if (message !== undefined) return malformed(message)
  const timestamp = value['timestamp'] ?? nowMs
  const isInstant = typeof timestamp === 'string' || typeof timestamp === 'number'
  const atMs = isInstant ? readInstant(timestamp) : undefined
  if (atMs === undefined) return malformed(`timestamp: expected ${INSTANT_FORMS}`)
  const { tenant } = value
  const isTenant = typeof tenant === 'string' && tenant !== ''
  return { kind: 'record', operation: toOperation(value), atMs, ...(isTenant && { tenant }) }
}

function isUsageField(name: string): name is keyof Usage {
  return Object.hasOwn(USAGE, name)
}

type JsonObject = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function malformed(message: string): ReadRecord {
  return { kind: 'malformed', message }
}

function findMisspelling(record: JsonObject): string | undefined {
  for (const field of Object.keys(record)) {
    const nearest = FIELDS.includes(field) ? undefined : findNearest(field, FIELDS)
    if (nearest !== undefined) return `unknown field "${field}"; did you mean "${nearest}"?`
  }
  return undefined
}

function findBadText(record: JsonObject): string | undefined {
  const field = [...TEXT_FIELDS, 'tenant'].find((name) => typeof (record[name] ?? '') !== 'string')
  return field && `${field}: expected text`
}

function findBadUsage(usage: unknown): string | undefined {
  if (usage === undefined) return undefined
  if (!isObject(usage)) return 'usage: expected an object'
  for (const [field, count] of Object.entries(usage)) {
    if (!isUsageField(field)) {
      const nearest = findNearest(field, USAGE_FIELDS)
      return `unknown field "usage.${field}"${nearest ? `; did you mean "${nearest}"?` : ''}`
    }
    if (count !== null && typeof count !== 'number') return `usage.${field}: expected a number`
  }
  return undefined
}

function toOperation(record: JsonObject): Operation {
  const texts = new Map<string, string>()
  for (const field of TEXT_FIELDS) {
    const text = record[field]
    if (typeof text === 'string' && text !== '')
      texts.set(field === 'model' ? 'requestModel' : field, text)
  }
  const usage: Usage = {}
  const counts = isObject(record['usage']) ? record['usage'] : {}
  for (const field of USAGE_FIELDS) {
    const count = counts[field]
    if (typeof count === 'number') usage[field] = count
  }
  return { dialect: 'record', role: 'leaf', name: 'record', ...Object.fromEntries(texts), usage }
}
