import type { Pool, PoolClient } from 'pg'
import { sumParts } from '@spancost/pricing/rating'
import { checkLimit } from '../check-entry.ts'
import { decideAlone, decideTrace, isSettleable, type Change } from '../decide-trace.ts'
import type { Entry, Relative, Repricing, Standing } from '../entry.ts'
import { toHourTime } from '../hours.ts'
import type { Recorded, Settled, Store } from '../store.ts'
import { countTokens } from '../sums.ts'
import { encodeMetrics, METRIC_ENTRY_COLUMNS, spreadMetrics } from './metric-columns.ts'
import type { PostgresChargers } from './postgres-budgets.ts'
import { inTransaction } from './postgres-client.ts'
import {
  awaitSettling,
  settleDue,
  writeCorrections,
  type TraceChange,
} from './postgres-corrections.ts'
import { makePartition } from './postgres-migrations.ts'
import { repriceAll } from './postgres-reprice.ts'
import { encodeText, hashLabels, hashResponse } from './postgres-rows.ts'
import { askRows, insertInto, unnest, type Column } from './postgres-statements.ts'
import { lookBack, LOOKED_AT_ALL } from './postgres-long-traces.ts'
import { createSumChanges, type SumChanges } from './postgres-sums.ts'
import { findKnown, findLinks, insertRelatives, lockTraces } from './postgres-traces.ts'
import {
  encodeDetails,
  encodeId,
  encodeLabels,
  encodeParent,
  encodeSums,
  STANDING_NOW,
  SUM_COLUMNS,
} from './rows.ts'
import {
  createView,
  isLong,
  listTurned,
  MAX_TOGETHER,
  type KnownTrace,
  type Link,
} from './trace-view.ts'

const MS_PER_DAY = 86_400_000

const ID: readonly Column[] = [
  ['trace_id', 'bytea'],
  ['span_id', 'bytea'],
]
const INSERT_IDS = `
  ${insertInto('ids', [...ID, ['recorded_day', 'integer']])}
  ON CONFLICT DO NOTHING RETURNING trace_id, span_id`
const INSERT_LABEL_SETS = `
  ${insertInto('label_sets', [
    ['id', 'uuid'],
    ['labels', 'text'],
  ])} ON CONFLICT DO NOTHING`
const INSERT_ENTRIES = insertInto('entries', [
  ...ID,
  ['recorded_day', 'integer'],
  ['parent_span_id', 'bytea'],
  ['response', 'bytea'],
  ['hour', 'bigint'],
  ['hour_nano', 'bigint'],
  ['recorded_at_unix_ms', 'bigint'],
  ['standing', 'text'],
  ['label_set', 'uuid'],
  ['status', 'text'],
  ['error_type', 'text'],
  ...[...SUM_COLUMNS, ...METRIC_ENTRY_COLUMNS].map((name): Column => [name, 'bigint']),
  ['details', 'text'],
])
const FIND_STANDINGS = `
  SELECT trace_id, span_id, ${STANDING_NOW} AS standing FROM entries
  WHERE (trace_id, span_id) IN (SELECT * FROM ${unnest(ID)})`

type IdRow = { readonly trace_id: Buffer; readonly span_id: Buffer }

/** When a transaction takes place. */
interface Now {
  readonly ms: number
  /** Since 1970-01-01, UTC. */
  readonly day: number
}

export interface PostgresWriter {
  record(entries: readonly Entry[], relatives: readonly Relative[]): Promise<readonly Recorded[]>
  settle(query: Parameters<Store['settle']>[0]): Promise<Settled>
  reprice(repricings: readonly Repricing[]): Promise<number>
}

/**
 * Writes to the ledger, and brings the sums along, in one transaction each. Rows that another
 * processor may touch at the same time are taken table by table, and sorted within each; traces come
 * first, so that only one processor at a time thinks about what belongs together.
 */
export function createPostgresWriter(pool: Pool, budgets: PostgresChargers): PostgresWriter {
  let partitionedDay = -1

  return {
    async record(entries, relatives) {
      const now = readNow()
      if (now.day !== partitionedDay) {
        await inTransaction(pool, (client) => makePartition(client, now.day))
      }
      partitionedDay = now.day
      return inTransaction(pool, async (client) => {
        const sums = createSumChanges()
        const recorded = await recordAll(client, entries, relatives, now, sums)
        const holdIds = entries.flatMap(({ holdId }) => holdId ?? [])
        await budgets.charge(client, sums.lines, holdIds)
        return recorded
      })
    },
    async settle({ beforeUnixMs, limit }) {
      const query = { beforeUnixMs, limit: checkLimit(limit) }
      return inTransaction(pool, async (client) => {
        const sums = createSumChanges()
        const settled = await settleDue(client, query, Date.now(), sums)
        await sums.write(client)
        await budgets.charge(client, sums.lines, [])
        return settled
      })
    },
    reprice: (repricings) =>
      inTransaction(pool, async (client) => {
        const sums = createSumChanges()
        const repriced = await repriceAll(client, repricings, readNow(), sums)
        await sums.write(client)
        await budgets.charge(client, sums.lines, [])
        return repriced
      }),
  }
}

function readNow(): Now {
  const ms = Date.now()
  return { ms, day: Math.floor(ms / MS_PER_DAY) }
}

async function recordAll(
  client: PoolClient,
  entries: readonly Entry[],
  relatives: readonly Relative[],
  now: Now,
  sums: SumChanges,
): Promise<readonly Recorded[]> {
  await lockTraces(client, new Set([...entries, ...relatives].map((each) => each.traceId)), now.day)
  // Of copies within the call, the first one is the entry.
  const byId = new Map<string, Entry>()
  for (const entry of entries) if (!byId.has(keyOf(entry))) byId.set(keyOf(entry), entry)
  const freshIds = await insertIds(client, [...byId.keys()].sort(), now.day)
  const fresh = [...byId].filter(([id]) => freshIds.has(id)).map(([, entry]) => entry)
  const widened = await insertRelatives(client, relatives, now.day)
  const standings = new Map<string, Standing>()
  const byTrace = Map.groupBy(fresh, ({ traceId }) => traceId)
  const waves = listWaves(byTrace, [...widened.keys()])
  const changed = new Map<string, Change[]>()
  for (const [at, wave] of waves.entries()) {
    const links = at === 0 ? widened : new Map<string, readonly Link[]>()
    await writeWave(client, { wave, links }, { standings, changed }, sums, now)
  }
  await sums.write(client)

  const old = [...byId.keys()].filter((id) => !freshIds.has(id))
  for (const [id, standing] of await findStandings(client, old)) standings.set(id, standing)
  return entries.map((entry) => {
    const id = keyOf(entry)
    // Only the first copy finds its id here.
    const outcome = freshIds.delete(id) ? 'recorded' : 'duplicate'
    const standing = standings.get(id)
    if (standing === undefined) throw new Error(`the entry of ${id} is gone, but its id is there`)
    const told = changed.get(entry.traceId) ?? []
    changed.delete(entry.traceId)
    return { outcome, standing, ...(told.length > 0 && { changed: told }) }
  })
}

/** New entries by trace; none where only relatives are new. */
type Wave = ReadonlyMap<string, readonly Entry[]>

/** All traces go together; of one with very many entries, the rest follows. */
function listWaves(byTrace: Wave, widened: readonly string[]): Wave[] {
  const all = new Map([...widened.map((id) => [id, []] as const), ...byTrace])
  const longest = Math.max(1, ...[...all.values()].map((entries) => entries.length))
  return Array.from({ length: Math.ceil(longest / MAX_TOGETHER) }, (_, index) => {
    const start = index * MAX_TOGETHER
    const parts = [...all].map(
      ([id, entries]) => [id, entries.slice(start, start + MAX_TOGETHER)] as const,
    )
    return new Map(index === 0 ? parts : parts.filter(([, entries]) => entries.length > 0))
  })
}

/** What a transaction decides, as it goes on: of what is new by id, of what turned by trace. */
interface Decided {
  readonly standings: Map<string, Standing>
  readonly changed: Map<string, Change[]>
}

async function writeWave(
  client: PoolClient,
  { wave, links: newLinks }: { wave: Wave; links: ReadonlyMap<string, readonly Link[]> },
  { standings, changed }: Decided,
  sums: SumChanges,
  now: Now,
): Promise<void> {
  if (wave.size === 0) return
  const fresh = [...wave.values()].flat()
  const known = await findKnown(client, [...wave.keys()])
  const several = [...wave].filter(
    ([id, entries]) => entries.length + (known.get(id)?.operations.length ?? 0) > 1,
  )
  const links = await findLinks(
    client,
    several.map(([id]) => id),
  )
  const changes: TraceChange[] = []
  for (const [traceId, entries] of wave) {
    const trace: KnownTrace = known.get(traceId) ?? { operations: [], isWhole: true }
    const [alone] = entries
    if (trace.operations.length === 0 && entries.length === 1 && alone !== undefined) {
      standings.set(keyOf(alone), decideAlone(alone.operation.role))
      continue
    }
    const all = links.get(traceId) ?? []
    const { older, lineage } = isLong(trace.operations.length, trace.isWhole, entries.length)
      ? await lookBack(client, traceId, trace, { entries, links: newLinks.get(traceId) ?? [] }, all)
      : LOOKED_AT_ALL
    const operations = [...trace.operations, ...older]
    const view = createView({ operations, isWhole: trace.isWhole }, entries, all, lineage)
    const decision = decideTrace(view)
    for (const entry of entries) standings.set(keyOf(entry), decision.standings.get(entry.spanId)!)
    for (const change of decision.changes) {
      const before = operations.find(({ spanId }) => spanId === change.spanId)!
      changes.push({ traceId, before, change })
    }
    const turned = listTurned(operations, decision.changes)
    changed.set(traceId, [...(changed.get(traceId) ?? []), ...turned])
  }
  await insertEntries(client, fresh, standings, sums, now)
  await writeCorrections(client, changes, now.ms, sums)
}

function keyOf({ traceId, spanId }: Entry): string {
  return `${traceId}${spanId}`
}

function splitKey(id: string): readonly [trace: Uint8Array, span: Uint8Array] {
  return [encodeId(id.slice(0, 32)), encodeId(id.slice(32))]
}

/** The ids that nobody had inserted before. */
async function insertIds(
  client: PoolClient,
  ids: readonly string[],
  day: number,
): Promise<Set<string>> {
  const rows = ids.map((id) => [...splitKey(id), day])
  const inserted = await askRows<IdRow>(client, 'ids', INSERT_IDS, rows)
  return new Set(inserted.map(toKey))
}

function toKey({ trace_id: trace, span_id: span }: IdRow): string {
  return trace.toString('hex') + span.toString('hex')
}

async function findStandings(
  client: PoolClient,
  ids: readonly string[],
): Promise<[id: string, standing: Standing][]> {
  const rows = await askRows<IdRow & { readonly standing: Standing }>(
    client,
    'standings',
    FIND_STANDINGS,
    ids.map(splitKey),
  )
  return rows.map((row) => [toKey(row), row.standing])
}

async function insertEntries(
  client: PoolClient,
  entries: readonly Entry[],
  standings: ReadonlyMap<string, Standing>,
  sums: SumChanges,
  now: Now,
): Promise<void> {
  const labelSets = new Map<string, string>()
  const rows = entries.map((entry) => {
    const labels = encodeLabels(entry.labels)
    const labelSet = hashLabels(labels)
    labelSets.set(labelSet, labels)
    const { operation, rating } = entry
    const { hour, nano } = toHourTime(entry.startTimeUnixNano)
    const standing = standings.get(keyOf(entry))!
    const errorType = encodeText(operation.errorType ?? '')
    const figures = encodeSums(sumParts(rating), countTokens(entry.units))
    const metrics = encodeMetrics(entry)
    if (standing === 'counted') {
      const key = {
        hour,
        hour_nano: nano,
        label_set: labelSet,
        status: rating.status,
        error_type: errorType,
      }
      sums.addEntry({ ...key, figures: [1n, ...figures, ...spreadMetrics(metrics)] })
    }
    const response = hashResponse(operation)
    const ids = [encodeId(entry.traceId), encodeId(entry.spanId), now.day]
    const places = [
      encodeParent(entry.parentSpanId),
      response === undefined ? null : encodeId(response),
    ]
    const kept = [standing, labelSet, rating.status, errorType]
    return [
      ...ids,
      ...places,
      hour,
      nano,
      now.ms,
      ...kept,
      ...figures,
      ...metrics,
      encodeDetails(entry),
    ]
  })
  const sets = [...labelSets].sort(([a], [b]) => (a < b ? -1 : 1))
  await askRows(client, 'label_sets', INSERT_LABEL_SETS, sets)
  await askRows(client, 'entries', INSERT_ENTRIES, rows)
  const held = entries.filter(
    (entry) => standings.get(keyOf(entry)) === 'held' && isSettleable(entry),
  )
  await awaitSettling(client, held, now.ms)
}
