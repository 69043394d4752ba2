import { sumParts } from '@spancost/pricing'
import type { Pool, PoolClient } from 'pg'
import { MAX_KNOWN_ENTRIES } from '../decide-arrival.ts'
import type { Known } from '../decide-standing.ts'
import type { Entry, Standing } from '../entry.ts'
import { toHourTime } from '../hours.ts'
import type { Recorded } from '../store.ts'
import { countTokens } from '../sums.ts'
import { createKnownTraces } from './known-traces.ts'
import {
  encodeMetrics,
  METRIC_ENTRY_COLUMNS,
  METRIC_TOTAL_COLUMNS,
  spreadMetrics,
} from './metric-columns.ts'
import { ask, inTransaction } from './postgres-client.ts'
import { makePartition } from './postgres-migrations.ts'
import { encodeText, hashLabels, hashResponse } from './postgres-rows.ts'
import {
  decodeId,
  decodeKnown,
  encodeDetails,
  encodeId,
  encodeLabels,
  encodeSums,
  SUM_COLUMNS,
  type KnownRow,
} from './rows.ts'

const MS_PER_DAY = 86_400_000

type Column = readonly [name: string, type: string]

const IDS: readonly Column[] = [
  ['trace_id', 'bytea'],
  ['span_id', 'bytea'],
  ['recorded_day', 'integer'],
]
const SUMS: readonly Column[] = SUM_COLUMNS.map((name) => [name, 'bigint'])
const METRICS: readonly Column[] = METRIC_ENTRY_COLUMNS.map((name) => [name, 'bigint'])
const ENTRY: readonly Column[] = [
  ...IDS,
  ['parent_span_id', 'bytea'],
  ['hour', 'bigint'],
  ['hour_nano', 'bigint'],
  ['recorded_at_unix_ms', 'bigint'],
  ['standing', 'text'],
  ['label_set', 'uuid'],
  ['status', 'text'],
  ['error_type', 'text'],
  ...SUMS,
  ...METRICS,
  ['details', 'text'],
]

const INSERT_IDS = `${insertInto('ids', IDS)} ON CONFLICT DO NOTHING RETURNING trace_id, span_id`
const INSERT_RESPONSES = `
  ${insertInto('responses', [
    ['trace_id', 'bytea'],
    ['response', 'bytea'],
    ['recorded_day', 'integer'],
  ])} ON CONFLICT DO NOTHING RETURNING trace_id, response`
const INSERT_LABEL_SETS = `
  ${insertInto('label_sets', [
    ['id', 'uuid'],
    ['labels', 'text'],
  ])} ON CONFLICT DO NOTHING`
const INSERT_ENTRIES = insertInto('entries', ENTRY)
const FIND_STANDINGS = `
  SELECT trace_id, span_id, standing FROM entries
  WHERE (trace_id, span_id) IN (SELECT * FROM unnest($1::bytea[], $2::bytea[]))`
const FIND_KNOWN = `
  SELECT trace_id, span_id, parent_span_id, hour, hour_nano, standing, details FROM (
    SELECT *, row_number() OVER (PARTITION BY trace_id ORDER BY sequence DESC) AS place
    FROM entries WHERE trace_id = ANY($1::bytea[])
  ) AS newest WHERE place <= $2 ORDER BY sequence`
/** What is added up in a row, after its key. */
const HOURLY_FIGURES: readonly Column[] = [['operations', 'bigint'], ...SUMS]
const FIGURES: Readonly<Record<'hourly' | 'totals', readonly Column[]>> = {
  hourly: HOURLY_FIGURES,
  totals: [...HOURLY_FIGURES, ...METRIC_TOTAL_COLUMNS.map((name): Column => [name, 'bigint'])],
}
const [HOURLY_WIDTH, TOTALS_WIDTH] = [3 + FIGURES.hourly.length, 3 + FIGURES.totals.length]

const ADD_TO_HOURLY = addTo('hourly', [
  ['hour', 'bigint'],
  ['label_set', 'uuid'],
  ['status', 'text'],
])
const ADD_TO_TOTALS = addTo('totals', [
  ['label_set', 'uuid'],
  ['status', 'text'],
  ['error_type', 'text'],
])

type IdRow = { readonly trace_id: Buffer; readonly span_id: Buffer }

/**
 * Writes entries, and brings the sums along, in one transaction. Rows that another processor may
 * touch at the same time are taken table by table, and sorted within each.
 */
export function createPostgresWriter(
  pool: Pool,
): (entries: readonly Entry[]) => Promise<readonly Recorded[]> {
  let partitionedDay = -1

  return async (entries) => {
    const nowMs = Date.now()
    const day = Math.floor(nowMs / MS_PER_DAY)
    if (day !== partitionedDay) await inTransaction(pool, (client) => makePartition(client, day))
    partitionedDay = day
    return inTransaction(pool, (client) => writeEntries(client, entries, nowMs, day))
  }
}

async function writeEntries(
  client: PoolClient,
  entries: readonly Entry[],
  nowMs: number,
  day: number,
): Promise<readonly Recorded[]> {
  // Of copies within the call, the first one is the entry.
  const byId = new Map<string, Entry>()
  for (const entry of entries) if (!byId.has(keyOf(entry))) byId.set(keyOf(entry), entry)
  const freshIds = await insertIds(client, [...byId.keys()].sort(), day)
  const fresh = [...byId].filter(([id]) => freshIds.has(id)).map(([, entry]) => entry)
  const standings = await findStandings(
    client,
    [...byId.keys()].filter((id) => !freshIds.has(id)),
  )
  const firsts = await insertResponses(client, fresh, day)
  const known = await findKnown(client, fresh)
  const traces = createKnownTraces()
  for (const entry of fresh) {
    const { traceId } = entry
    const standing = isEcho(entry, firsts)
      ? 'echo'
      : traces.decide(
          traceId,
          entry.operation.role,
          () => entry,
          () => known.get(traceId) ?? [],
        )
    traces.add(traceId, () => entry, standing)
    standings.set(keyOf(entry), standing)
  }
  if (fresh.length > 0) await insertEntries(client, fresh, standings, nowMs, day)

  return entries.map((entry) => {
    const id = keyOf(entry)
    // Only the first copy finds its id here.
    const outcome = freshIds.delete(id) ? 'recorded' : 'duplicate'
    const standing = standings.get(id)
    if (standing === undefined) throw new Error(`the entry of ${id} is gone, but its id is there`)
    return { outcome, standing }
  })
}

function keyOf({ traceId, spanId }: Entry): string {
  return `${traceId}${spanId}`
}

function splitKey(id: string): readonly [trace: Buffer, span: Buffer] {
  return [Buffer.from(id.slice(0, 32), 'hex'), Buffer.from(id.slice(32), 'hex')]
}

/** The ids that nobody had inserted before. Waits for those that others are inserting now. */
async function insertIds(
  client: PoolClient,
  ids: readonly string[],
  day: number,
): Promise<Set<string>> {
  const rows = ids.map((id) => [...splitKey(id), day])
  const inserted = await ask<IdRow>(client, 'ids', INSERT_IDS, toColumns(IDS.length, rows))
  return new Set(inserted.map(toKey))
}

function toKey({ trace_id: trace, span_id: span }: IdRow): string {
  return trace.toString('hex') + span.toString('hex')
}

async function findStandings(
  client: PoolClient,
  ids: readonly string[],
): Promise<Map<string, Standing>> {
  if (ids.length === 0) return new Map()
  const rows = await ask<IdRow & { readonly standing: Standing }>(
    client,
    'standings',
    FIND_STANDINGS,
    toColumns(2, ids.map(splitKey)),
  )
  return new Map(rows.map((row) => [toKey(row), row.standing]))
}

/** The leaves that are the first of their trace to bring an answer; all others are echoes. */
async function insertResponses(
  client: PoolClient,
  entries: readonly Entry[],
  day: number,
): Promise<ReadonlySet<Entry>> {
  const leaves = new Map<string, Entry>()
  for (const entry of entries) {
    const response = hashResponse(entry.operation)
    if (response === undefined) continue
    const key = entry.traceId + response
    if (!leaves.has(key)) leaves.set(key, entry)
  }
  if (leaves.size === 0) return new Set()
  const rows = [...leaves.keys()].sort().map((key) => [...splitKey(key), day])
  const inserted = await ask<{ readonly trace_id: Buffer; readonly response: Buffer }>(
    client,
    'responses',
    INSERT_RESPONSES,
    toColumns(3, rows),
  )
  return new Set(
    inserted.map((row) => leaves.get(row.trace_id.toString('hex') + row.response.toString('hex'))!),
  )
}

/** A leaf whose answer another one of the trace has brought. */
function isEcho(entry: Entry, firsts: ReadonlySet<Entry>): boolean {
  return hashResponse(entry.operation) !== undefined && !firsts.has(entry)
}

/** The newest entries that the ledger has of the traces of `entries`, the oldest first. */
async function findKnown(
  client: PoolClient,
  entries: readonly Entry[],
): Promise<ReadonlyMap<string, readonly Known[]>> {
  const traceIds = [...new Set(entries.map(({ traceId }) => traceId))]
  if (traceIds.length === 0) return new Map()
  const rows = await ask<KnownRow & { readonly trace_id: Uint8Array }>(
    client,
    'known',
    FIND_KNOWN,
    [traceIds.map(encodeId), MAX_KNOWN_ENTRIES],
  )
  const byTrace = new Map<string, Known[]>()
  for (const row of rows) {
    const traceId = decodeId(row.trace_id)
    byTrace.set(traceId, [...(byTrace.get(traceId) ?? []), decodeKnown(row)])
  }
  return byTrace
}

async function insertEntries(
  client: PoolClient,
  entries: readonly Entry[],
  standings: ReadonlyMap<string, Standing>,
  nowMs: number,
  day: number,
): Promise<void> {
  const labelSets = new Map<string, string>()
  const hourly = new Map<string, Row>()
  const totals = new Map<string, Row>()
  const rows = entries.map((entry) => {
    const labels = encodeLabels(entry.labels)
    const labelSet = hashLabels(labels)
    labelSets.set(labelSet, labels)
    const { operation, rating } = entry
    const { hour, nano } = toHourTime(entry.startTimeUnixNano)
    const standing = standings.get(keyOf(entry))!
    const errorType = encodeText(operation.errorType ?? '')
    const sums = encodeSums(sumParts(rating), countTokens(entry.units))
    const metrics = encodeMetrics(entry)
    if (standing === 'counted') {
      addRow(hourly, [hour, labelSet, rating.status], sums)
      addRow(totals, [labelSet, rating.status, errorType], [...sums, ...spreadMetrics(metrics)])
    }
    const parent = entry.parentSpanId === '' ? null : encodeId(entry.parentSpanId)
    const ids = [encodeId(entry.traceId), encodeId(entry.spanId), day]
    const times = [hour, nano, nowMs]
    const kept = [standing, labelSet, rating.status, errorType]
    return [...ids, parent, ...times, ...kept, ...sums, ...metrics, encodeDetails(entry)]
  })
  const sets = [...labelSets].sort(([a], [b]) => (a < b ? -1 : 1))
  await ask(client, 'label_sets', INSERT_LABEL_SETS, toColumns(2, sets))
  await ask(client, 'entries', INSERT_ENTRIES, toColumns(ENTRY.length, rows))
  if (hourly.size === 0) return
  await ask(client, 'hourly', ADD_TO_HOURLY, toColumns(HOURLY_WIDTH, sortRows(hourly)))
  await ask(client, 'totals', ADD_TO_TOTALS, toColumns(TOTALS_WIDTH, sortRows(totals)))
}

interface Row {
  readonly key: readonly (string | bigint)[]
  operations: bigint
  readonly sums: bigint[]
}

function addRow(rows: Map<string, Row>, key: Row['key'], sums: readonly bigint[]): void {
  const name = key.join('\n')
  const row = rows.get(name) ?? { key, operations: 0n, sums: sums.map(() => 0n) }
  rows.set(name, row)
  row.operations += 1n
  for (const [index, value] of sums.entries()) row.sums[index] = row.sums[index]! + value
}

/** One order for all processors; which one is of no matter. */
function sortRows(rows: ReadonlyMap<string, Row>): unknown[][] {
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([, { key, operations, sums }]) => [...key, operations, ...sums])
}

/** Rows as the arrays of their columns. */
function toColumns(width: number, rows: readonly (readonly unknown[])[]): unknown[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => row[column]))
}

/** Inserts rows, in their order, that are given as one array for each column. */
function insertInto(table: string, columns: readonly Column[]): string {
  const names = columns.map(([name]) => name).join(', ')
  const arrays = columns.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')
  return `INSERT INTO ${table} (${names}) SELECT * FROM unnest(${arrays})`
}

function addTo(table: 'hourly' | 'totals', key: readonly Column[]): string {
  const figures = FIGURES[table]
  const adding = figures.map(([name]) => `${name} = ${table}.${name} + excluded.${name}`)
  return `
    ${insertInto(table, [...key, ...figures])}
    ON CONFLICT (${key.map(([name]) => name).join(', ')}) DO UPDATE SET ${adding.join(', ')}`
}
