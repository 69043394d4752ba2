import {
  FIGURES,
  SELECT_DECREASES,
  SELECT_INCREASES,
  SELECT_OF_ENTRY,
  selectAdded,
  SUM_TABLES,
  type SumTable,
} from './sum-lines.ts'

/** No window but `total`, which began at -1 and never ends, is longer. */
const LONGEST_WINDOW_MS = 366 * 86_400_000

/** Counters that began before this are of windows that ended before the instant. */
export function toCounterStart(decisionsBeforeUnixMs: number): bigint {
  return BigInt(Math.max(0, decisionsBeforeUnixMs - LONGEST_WINDOW_MS))
}

const KEYS = 'hour, label_set, status, error_type'

/**
 * SQL for either database that adds what is about to be dropped to the sums of what was: one
 * statement for each of them. `entries` and `corrections` are the rows to go, such as
 * `entries WHERE sequence < 5`.
 */
export function keepDroppedSums(entries: string, corrections: string): readonly string[] {
  const counted = `SELECT ${KEYS}, ${SELECT_OF_ENTRY}, standing FROM ${entries}`
  const lines = `SELECT ${KEYS}, ${FIGURES.join(', ')} FROM (${counted}) AS gone
    WHERE standing = 'counted'`
  const select = (figures: string) => `SELECT ${KEYS}, ${figures} FROM ${corrections}`
  return [
    addTo('hourly', `${lines} UNION ALL ${select(FIGURES.join(', '))}`),
    addTo('totals', `${lines} UNION ALL ${select(SELECT_INCREASES)}`),
    addTo('reversals', select(SELECT_DECREASES)),
  ]
}

function addTo(table: SumTable, lines: string): string {
  const { key, figures } = SUM_TABLES[table]
  const names = [...key, ...figures].join(', ')
  const adding = figures.map((name) => `${name} = dropped_${table}.${name} + excluded.${name}`)
  return `
    INSERT INTO dropped_${table} (${names})
    SELECT ${key.join(', ')}, ${selectAdded(figures)} FROM (${lines}) AS each_line
    WHERE true GROUP BY ${key.join(', ')}
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${adding.join(', ')}`
}
