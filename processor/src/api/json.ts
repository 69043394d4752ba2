import type { Zone } from '@spancost/budget'
import { TOKEN_TYPES, type Correction, type StoredEntry, type Sums } from '@spancost/ledger'
import { COST_PARTS, formatAmount, type Rating } from '@spancost/pricing'

declare global {
  interface JSON {
    /** Node 22 has it (ECMAScript 2026); TypeScript's library does not yet. */
    rawJSON(text: string): object
  }
}

/** Counts (`bigint`) become JSON integers with all their digits, however many those are. */
export function writeJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? JSON.rawJSON(member.toString()) : member,
  )
}

export interface Money {
  /** An exact decimal without trailing zeros. */
  readonly amount: string
  readonly currency: 'USD'
}

export function toMoney(costAtto: bigint): Money {
  return { amount: formatAmount(costAtto), currency: 'USD' }
}

export function toInstant(unixMs: number): string {
  return new Date(unixMs).toISOString()
}

/** The same instant as a wall clock of the zone shows it, such as `2026-08-01T00:00:00+02:00`. */
export function toZonedInstant(unixMs: number, zone: Zone): string {
  const offsetMs = zone.wallMsAt(unixMs) - unixMs
  if (offsetMs === 0) return toInstant(unixMs)
  const wall = toInstant(unixMs + offsetMs).replace(/(?:\.000)?Z$/, '')
  const offset = toInstant(Math.abs(offsetMs)).slice(11, 16)
  return `${wall}${offsetMs < 0 ? '-' : '+'}${offset}`
}

export function toSumsJson(sums: Sums) {
  return {
    cost: toMoney(sums.costAtto),
    parts: Object.fromEntries(COST_PARTS.map((part) => [part, toMoney(sums.parts[part])])),
    tokens: Object.fromEntries(TOKEN_TYPES.map((type) => [type, sums.tokens[type]])),
    operations: sums.operations,
  }
}

/** One entry with all that is known of it. What the span did not say is left out. */
export function toEntryJson(entry: StoredEntry) {
  const { traceId, spanId, parentSpanId, spanName, operation, rating } = entry
  const { name, ...facts } = operation
  return {
    traceId,
    spanId,
    ...(parentSpanId !== '' && { parentSpanId }),
    spanName,
    startTimeUnixNano: entry.startTimeUnixNano.toString(),
    endTimeUnixNano: entry.endTimeUnixNano.toString(),
    recordedAt: toInstant(entry.recordedAtUnixMs),
    operation: name,
    ...facts,
    labels: entry.labels,
    standing: entry.standing,
    arrivedAs: entry.arrivedAs,
    corrections: entry.corrections.map(toCorrectionJson),
    ...toRatingJson(rating),
    ...(entry.arrivedWith !== undefined && { arrivedWith: toRatingJson(entry.arrivedWith) }),
    units: listUnits(entry),
  }
}

function toRatingJson(rating: Rating) {
  return {
    status: rating.status,
    reason: rating.reason,
    detail: rating.detail,
    source: rating.source,
    card: rating.card,
    book: rating.book,
    ...(rating.costAtto !== undefined && { cost: toMoney(rating.costAtto) }),
    ...(rating.list !== undefined && { list: { amount: rating.list, currency: 'USD' } }),
  }
}

function toCorrectionJson(correction: Correction) {
  const { reason, standing, recordedAtUnixMs, operations, costAtto, rating } = correction
  const recordedAt = toInstant(recordedAtUnixMs)
  return {
    reason,
    standing,
    recordedAt,
    operations,
    cost: toMoney(costAtto),
    ...(rating !== undefined && { rating: toRatingJson(rating) }),
  }
}

/** What was billed, then what was used but has no rate, and so neither rate nor cost. */
function listUnits({ units, rating }: StoredEntry) {
  const billed = rating.lines.map(({ unit, quantity, rate, costAtto }) => ({
    unit,
    quantity,
    rate,
    cost: toMoney(costAtto),
  }))
  const known = new Set(billed.map(({ unit }) => unit))
  const unbilled = [...units].filter(([unit]) => !known.has(unit))
  return [...billed, ...unbilled.map(([unit, quantity]) => ({ unit, quantity }))]
}
