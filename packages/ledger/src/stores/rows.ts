import { Buffer } from 'node:buffer'
import type { Operation, Unit } from '@spancost/genai'
import { COST_PARTS, type CostPart } from '@spancost/pricing/rating'
import type { Known } from '../decide-trace.ts'
import type {
  Correction,
  CorrectionReason,
  Entry,
  Labels,
  Relative,
  Standing,
  StoredEntry,
} from '../entry.ts'
import { NANOS_PER_HOUR, toHourTime, toUnixNanoRange } from '../hours.ts'
import { joinLimbs, splitAtto } from '../money-limbs.ts'
import { TOKEN_TYPES, type Store, type Sums, type TokenType } from '../store.ts'
import { createSums } from '../sums.ts'
import { decodeRating, encodeRating, type KeptRating } from './kept-rating.ts'

/**
 * What rows look like: how an entry becomes one, and how sums and entries are read back. Integers
 * are bound and read as bigint throughout: `node:sqlite` would bind a number as a real.
 */

type SumColumn = `cost_${CostPart}_${'nano' | 'atto'}` | `tokens_${TokenType}`

/** The columns that are added up, in `entries`, `hourly` and `totals` alike. */
export const SUM_COLUMNS: readonly SumColumn[] = [
  ...COST_PARTS.flatMap((part) => [`cost_${part}_nano`, `cost_${part}_atto`] as const),
  ...TOKEN_TYPES.map((type) => `tokens_${type}` as const),
]

/** Selects them added up over a group of rows. */
export const SELECT_SUMS = SUM_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join(', ')

/** What is read back of them, with the number of operations. */
export type SumRow = Readonly<Record<SumColumn | 'operations', bigint>>

/** Where a page of `entriesBetween` begins (after these values) and where the range ends. */
export function toPage(query: Parameters<Store['entriesBetween']>[0]) {
  const { from, to } = toUnixNanoRange(query)
  const { after } = query
  const start = toHourTime(after?.startTimeUnixNano ?? from)
  // No id is empty, so that this stands before every entry of that instant.
  const ids = [encodeId(after?.traceId ?? ''), encodeId(after?.spanId ?? '')]
  return { after: { ...start, ids }, end: toHourTime(to) }
}

/** A row of entries; its standing is what it had when it arrived. */
export interface EntryRow {
  readonly trace_id: Uint8Array
  readonly span_id: Uint8Array
  readonly parent_span_id: Uint8Array | null
  readonly hour: bigint
  readonly hour_nano: bigint
  readonly recorded_at_unix_ms: bigint
  readonly standing: Standing
  readonly labels: string
  /** In the form that its store keeps them in. */
  readonly details: string | Uint8Array
}

/** What of an entry has no column of its own; its rating is the one that it arrived with. */
export type Details = Pick<Entry, 'spanName' | 'endTimeUnixNano' | 'operation' | 'units' | 'rating'>

/** Reads the form in which a store keeps details. */
export type DetailsReader = (details: EntryRow['details']) => Details

/** What JSON cannot hold is written as text: bigints as digits, the map of units as pairs. */
interface DetailsInJson {
  readonly spanName: string
  readonly endTimeUnixNano: string
  readonly operation: Operation
  readonly units: readonly (readonly [Unit, number])[]
  readonly rating: KeptRating
}

export function encodeId(hex: string): Uint8Array {
  return Buffer.from(hex, 'hex')
}

/** The values of `SUM_COLUMNS`. */
export function encodeSums(
  parts: Readonly<Record<CostPart, bigint>>,
  tokens: Readonly<Record<TokenType, bigint>>,
): bigint[] {
  const limbs = COST_PARTS.flatMap((part) => {
    const { nano, atto } = splitAtto(parts[part])
    return [nano, atto]
  })
  return [...limbs, ...TOKEN_TYPES.map((type) => tokens[type])]
}

export function decodeSums(row: SumRow): Sums {
  const sums = createSums()
  sums.operations = row.operations
  for (const part of COST_PARTS) {
    const costAtto = joinLimbs(row[`cost_${part}_nano`], row[`cost_${part}_atto`])
    sums.parts[part] = costAtto
    sums.costAtto += costAtto
  }
  for (const type of TOKEN_TYPES) sums.tokens[type] = row[`tokens_${type}`]
  return sums
}

/** One text for one set of labels, in whatever order they were given. */
export function encodeLabels(labels: Labels): string {
  if (isSorted(labels)) return JSON.stringify(labels)
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(Object.fromEntries(sorted))
}

/** Those that the processor makes are. */
function isSorted(labels: Labels): boolean {
  let last = ''
  for (const name in labels) {
    if (name < last) return false
    last = name
  }
  return true
}

export function decodeLabels(text: string): Labels {
  return JSON.parse(text) as Labels
}

/** As JSON, the form of PostgreSQL and of archives. */
export function encodeDetails(entry: Details): string {
  const details: DetailsInJson = {
    spanName: entry.spanName,
    endTimeUnixNano: String(entry.endTimeUnixNano),
    operation: entry.operation,
    units: [...entry.units],
    rating: encodeRating(entry.rating),
  }
  return JSON.stringify(details)
}

export const decodeDetails: DetailsReader = (text) => {
  const details = JSON.parse(text as string) as DetailsInJson
  return {
    spanName: details.spanName,
    endTimeUnixNano: BigInt(details.endTimeUnixNano),
    operation: details.operation,
    units: new Map(details.units),
    rating: decodeRating(details.rating),
  }
}

/** What of a row says whether its span is one call with another; its standing is what it has now. */
export type KnownRow = Pick<
  EntryRow,
  'span_id' | 'parent_span_id' | 'hour' | 'hour_nano' | 'standing' | 'details'
>

export function decodeKnown(
  row: KnownRow,
  sighted: Pick<Details, 'endTimeUnixNano' | 'operation' | 'units'>,
): Known {
  return {
    ...sighted,
    startTimeUnixNano: row.hour * NANOS_PER_HOUR + row.hour_nano,
    spanId: decodeId(row.span_id),
    parentSpanId: decodeParent(row.parent_span_id),
    standing: row.standing,
  }
}

/** The standing of an entry after all its corrections. */
export const STANDING_NOW = `coalesce((
  SELECT c.standing FROM corrections AS c
  WHERE c.trace_id = entries.trace_id AND c.span_id = entries.span_id
  ORDER BY c.sequence DESC LIMIT 1), entries.standing)`

/** The status of an entry by the rating in force. */
export const STATUS_NOW = `coalesce((
  SELECT r.status FROM repricings AS r
  WHERE r.trace_id = entries.trace_id AND r.span_id = entries.span_id
  ORDER BY r.sequence DESC LIMIT 1), entries.status)`

/** Of traces, the corrections and the ratings that they brought; `which` names the traces. */
export function listCorrectionsOf(which: '= ?' | '= ANY ($1::bytea[])'): string {
  return `
    SELECT corrections.*, rating FROM corrections LEFT JOIN repricings USING (sequence)
    WHERE corrections.trace_id ${which} ORDER BY sequence`
}

/** A row of corrections with the columns of `SumRow`. */
export type CorrectionRow = SumRow & {
  readonly trace_id: Uint8Array
  readonly span_id: Uint8Array
  readonly reason: CorrectionReason
  readonly standing: Standing
  readonly recorded_at_unix_ms: bigint
  /** JSON; of a re-pricing, on its last row. */
  readonly rating: string | null
}

type IdRow = Pick<EntryRow, 'trace_id' | 'span_id'>

/** Entries with the corrections of their traces, which are given the oldest first. */
export function decodeEntries(
  rows: readonly EntryRow[],
  corrections: readonly CorrectionRow[],
  read: DetailsReader,
): StoredEntry[] {
  const keyOf = (row: IdRow): string => decodeId(row.trace_id) + decodeId(row.span_id)
  const byEntry = Map.groupBy(corrections, keyOf)
  return rows.map((row) => {
    const found = decodeCorrections(byEntry.get(keyOf(row)) ?? [])
    return decodeEntry(row, read(row.details), found)
  })
}

function decodeCorrections(rows: readonly CorrectionRow[]): Correction[] {
  return rows.flatMap((row, at) => {
    // A re-pricing into another status takes the entry away from the old one first.
    const before = rows[at - 1]
    const taken =
      row.rating !== null && before && isFirstOfTwo(before) ? decodeSums(before) : NO_SUMS
    if (isFirstOfTwo(row)) return []
    const { operations, costAtto } = decodeSums(row)
    return {
      reason: row.reason,
      standing: row.standing,
      recordedAtUnixMs: Number(row.recorded_at_unix_ms),
      operations: operations + taken.operations,
      costAtto: costAtto + taken.costAtto,
      ...(row.rating !== null && { rating: decodeRating(JSON.parse(row.rating) as KeptRating) }),
    }
  })
}

const NO_SUMS = createSums()

function isFirstOfTwo({ reason, rating }: CorrectionRow): boolean {
  return reason === 'repriced' && rating === null
}

function decodeEntry(
  row: EntryRow,
  { rating: arrivedWith, ...details }: Details,
  corrections: readonly Correction[],
): StoredEntry {
  const repriced = corrections.findLast(({ rating }) => rating !== undefined)?.rating
  return {
    ...details,
    traceId: decodeId(row.trace_id),
    spanId: decodeId(row.span_id),
    parentSpanId: decodeParent(row.parent_span_id),
    startTimeUnixNano: row.hour * NANOS_PER_HOUR + row.hour_nano,
    rating: repriced ?? arrivedWith,
    ...(repriced !== undefined && { arrivedWith }),
    labels: decodeLabels(row.labels),
    standing: corrections.at(-1)?.standing ?? row.standing,
    arrivedAs: row.standing,
    corrections,
    recordedAtUnixMs: Number(row.recorded_at_unix_ms),
  }
}

export function encodeParent(parentSpanId: string): Uint8Array | null {
  return parentSpanId === '' ? null : encodeId(parentSpanId)
}

export function decodeParent(parentSpanId: Uint8Array | null): string {
  return parentSpanId === null ? '' : decodeId(parentSpanId)
}

/** The hex digits of an id column. */
export function decodeId(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** A row of relatives; times from 2^63 on are negative. */
export interface RelativeRow {
  readonly span_id: Uint8Array
  readonly parent_span_id: Uint8Array | null
  readonly name: string
  readonly start_unix_nano: bigint
  readonly end_unix_nano: bigint
  readonly service: string
}

export function decodeRelatives(
  traceId: string,
  rows: readonly RelativeRow[],
  decodeText: (text: string) => string,
): Relative[] {
  return rows.map((row) => ({
    traceId,
    spanId: decodeId(row.span_id),
    parentSpanId: decodeParent(row.parent_span_id),
    name: decodeText(row.name),
    startTimeUnixNano: BigInt.asUintN(64, row.start_unix_nano),
    endTimeUnixNano: BigInt.asUintN(64, row.end_unix_nano),
    service: decodeText(row.service),
  }))
}
