import type { DatabaseSync } from 'node:sqlite'
import { checkLimit } from '../check-entry.ts'
import { NANOS_PER_HOUR, splitAtHours, toHourTime, toUnixNanoRange } from '../hours.ts'
import type { Store, TraceSpend } from '../store.ts'
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

interface IdRow {
  readonly trace_id: Uint8Array
}

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

  return (query) => {
    const most = checkLimit(query.limit)
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

function compareCosts(a: TraceSpend, b: TraceSpend): number {
  if (a.costAtto !== b.costAtto) return a.costAtto < b.costAtto ? 1 : -1
  return a.traceId < b.traceId ? -1 : 1
}
