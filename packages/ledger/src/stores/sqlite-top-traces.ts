import type { DatabaseSync } from 'node:sqlite'
import { checkLimit } from '../check-entry.ts'
import { NANOS_PER_HOUR, splitAtHours, toHourTime, toUnixNanoRange } from '../hours.ts'
import type { LabelFilter, Store, TraceSpend } from '../store.ts'
import { LIST_LABEL_SETS, pickLabelSets } from './label-filter.ts'
import { decodeId, decodeSums, SELECT_SUMS, SUM_COLUMNS, type SumRow } from './rows.ts'
import { prepare } from './sqlite-statements.ts'
import type { TraceIndex } from './sqlite-trace-index.ts'

/**
 * The traces that cost most. Those that lie in one hour are ranked by their rows of `trace_hours`;
 * then the entries of the few that may be in the answer are read, and of traces that lie in several
 * hours.
 */

const RANKED = `
  SELECT trace_id FROM trace_hours WHERE is_spread = 0 AND operations > 0 AND`
const SPREAD =
  'SELECT DISTINCT trace_id FROM trace_hours WHERE is_spread = 1 AND operations > 0 AND'
const byCost = (limit: string) => `
  ORDER BY cost_nano + cost_atto / 1000000000 DESC, cost_atto % 1000000000 DESC, trace_id
  LIMIT ${limit}`

const IN_HOURS = 'hour >= ?1 AND hour < ?2'

/** Traces with something that counts in a part of an hour. */
const IN_PART = `hour = ?1 AND trace_id IN (
  SELECT trace_id FROM lines WHERE hour = ?1 AND hour_nano >= ?2 AND hour_nano < ?3
  GROUP BY trace_id HAVING sum(operations) > 0)`

const COLUMNS = SUM_COLUMNS.join(', ')

const SUM_TRACE = `
  SELECT min(hour * 3600000 + hour_nano / 1000000) AS start_unix_ms,
    sum(operations) AS operations, sum(operations * (status = 'unpriced')) AS unpriced,
    ${SELECT_SUMS}
  FROM (
    SELECT hour, hour_nano, status, 1 AS operations, ${COLUMNS} FROM entries
    WHERE sequence IN (SELECT value FROM json_each(?1)) AND trace_id = ?2 AND standing = 'counted'
    UNION ALL
    SELECT hour, hour_nano, status, operations, ${COLUMNS} FROM corrections WHERE trace_id = ?2)`

/** With a filter, of what matches in the range: figures of hours know no labels. */
const LIST_MATCHING = `
  SELECT trace_id, min(hour * 3600000 + hour_nano / 1000000) AS start_unix_ms,
    sum(operations) AS operations, sum(operations * (status = 'unpriced')) AS unpriced,
    ${addUp('nano')} AS cost_nano, ${addUp('atto')} AS cost_atto, ${SELECT_SUMS}
  FROM lines
  WHERE (hour, hour_nano) >= (?1, ?2) AND (hour, hour_nano) < (?3, ?4)
    AND label_set IN (SELECT value FROM json_each(?6))
  GROUP BY trace_id HAVING sum(operations) > 0 ${byCost('?5')}`

function addUp(limb: 'nano' | 'atto'): string {
  const columns = SUM_COLUMNS.filter((name) => name.startsWith('cost_') && name.endsWith(limb))
  return columns.map((name) => `sum(${name})`).join(' + ')
}

interface IdRow {
  readonly trace_id: Uint8Array
}

type RangeQuery = Omit<Parameters<Store['topTraces']>[0], 'where'>

type TraceRow = SumRow & { readonly start_unix_ms: bigint; readonly unpriced: bigint }

export function createTopTraces(
  database: DatabaseSync,
  index: TraceIndex,
): (query: Parameters<Store['topTraces']>[0]) => readonly TraceSpend[] {
  const find = (select: string, where: string, order = '') =>
    prepare<IdRow>(database, `${select} ${where} ${order}`)
  const rankHours = find(RANKED, IN_HOURS, byCost('?3'))
  const rankPart = find(RANKED, IN_PART, byCost('?4'))
  const spreadInHours = find(SPREAD, IN_HOURS)
  const spreadInPart = find(SPREAD, IN_PART)
  const sumTrace = prepare<TraceRow>(database, SUM_TRACE)

  function sumUp(id: Uint8Array): TraceSpend {
    const row = sumTrace.get(JSON.stringify(index.list(id)), id)!
    const { start_unix_ms: startUnixMs, unpriced } = row
    return { ...decodeSums(row), traceId: decodeId(id), startUnixMs: Number(startUnixMs), unpriced }
  }

  const findMatching = createMatching(database)

  return ({ where, ...query }) => {
    const most = checkLimit(query.limit)
    if (where !== undefined) return findMatching(query, where)
    const { hours, rests } = splitAtHours(toUnixNanoRange(query))
    const rows =
      hours.from < hours.to
        ? [...rankHours.all(hours.from, hours.to, most), ...spreadInHours.all(hours.from, hours.to)]
        : []
    for (const { from, to } of rests) {
      const { hour, nano } = toHourTime(from)
      const part = [hour, nano, to - hour * NANOS_PER_HOUR]
      rows.push(...rankPart.all(...part, most), ...spreadInPart.all(...part))
    }
    const found = new Map(rows.map((row) => [decodeId(row.trace_id), row.trace_id]))
    return [...found.values()].map(sumUp).sort(compareCosts).slice(0, query.limit)
  }
}

function createMatching(database: DatabaseSync) {
  const listMatching = prepare<TraceRow & IdRow>(database, LIST_MATCHING)
  const listSets = prepare<{ readonly id: bigint; readonly labels: string }>(
    database,
    LIST_LABEL_SETS,
  )
  return (query: RangeQuery, where: LabelFilter): readonly TraceSpend[] => {
    const { from, to } = toUnixNanoRange(query)
    const [first, end] = [toHourTime(from), toHourTime(to)]
    const sets = pickLabelSets(listSets.all(), where).join(',')
    const bounds = [first.hour, first.nano, end.hour, end.nano, BigInt(query.limit)] as const
    return listMatching.all(...bounds, `[${sets}]`).map((row) => ({
      ...decodeSums(row),
      traceId: decodeId(row.trace_id),
      startUnixMs: Number(row.start_unix_ms),
      unpriced: row.unpriced,
    }))
  }
}

function compareCosts(a: TraceSpend, b: TraceSpend): number {
  if (a.costAtto !== b.costAtto) return a.costAtto < b.costAtto ? 1 : -1
  return a.traceId < b.traceId ? -1 : 1
}
