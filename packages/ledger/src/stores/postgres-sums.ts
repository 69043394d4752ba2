import type { PoolClient } from 'pg'
import { joinLimbs } from '../money-limbs.ts'
import { askRows, insertInto, type Column } from './postgres-statements.ts'
import { FIGURES, SUM_TABLES, type SumTable } from './sum-lines.ts'

const TYPES: Readonly<Record<string, string>> = {
  label_set: 'uuid',
  status: 'text',
  error_type: 'text',
}
const ADD_TO = {
  hourly: addTo('hourly'),
  totals: addTo('totals'),
  reversals: addTo('reversals'),
}

/** Something that sums change by. */
export interface Line {
  readonly hour: bigint
  readonly hour_nano: bigint
  readonly label_set: string
  readonly status: string
  readonly error_type: string
  /** The values of `FIGURES`. */
  readonly figures: readonly bigint[]
}

type Rows = Map<string, { readonly key: readonly (string | bigint)[]; readonly figures: bigint[] }>

/** What a transaction adds to the sums, added up before it goes there. */
export interface SumChanges {
  addEntry(line: Line): void
  addCorrection(line: Line): void
  /** All that was added, in no order. */
  readonly lines: readonly Line[]
  /** Table by table, and sorted within each: one order for all processors, so that none is in a circle. */
  write(client: PoolClient): Promise<void>
}

export function createSumChanges(): SumChanges {
  const hourly: Rows = new Map()
  const totals: Rows = new Map()
  const reversals: Rows = new Map()
  const lines: Line[] = []

  function addToHourly({ hour, label_set: set, status, figures }: Line): void {
    addRow(hourly, [hour, set, status], figures.slice(0, SUM_TABLES.hourly.figures.length))
  }

  return {
    lines,
    addEntry(line) {
      lines.push(line)
      addToHourly(line)
      addRow(totals, [line.label_set, line.status, line.error_type], line.figures)
    },
    addCorrection(line) {
      lines.push(line)
      const key = [line.label_set, line.status, line.error_type]
      const { increases, decreases } = splitFigures(line.figures)
      addToHourly(line)
      addRow(totals, key, increases)
      addRow(reversals, key, decreases)
    },
    async write(client) {
      await askRows(client, 'hourly', ADD_TO.hourly, sortRows(hourly))
      await askRows(client, 'totals', ADD_TO.totals, sortRows(totals))
      await askRows(client, 'reversals', ADD_TO.reversals, sortRows(reversals))
    },
  }
}

function addRow(rows: Rows, key: readonly (string | bigint)[], figures: readonly bigint[]): void {
  const name = key.join('\n')
  const row = rows.get(name) ?? { key, figures: figures.map(() => 0n) }
  rows.set(name, row)
  for (const [index, value] of figures.entries()) row.figures[index] = row.figures[index]! + value
}

/** Which order it is does not matter. */
function sortRows(rows: Rows): unknown[][] {
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1))
  return sorted.map(([, { key, figures }]) => [...key, ...figures])
}

/** Each figure on the side of its sign, and positive there; an amount with both of its limbs. */
function splitFigures(figures: readonly bigint[]) {
  const signs = figures.map((value, index) => {
    if (FIGURES[index]!.endsWith('_nano')) return joinLimbs(value, figures[index + 1]!)
    return FIGURES[index]!.endsWith('_atto') ? joinLimbs(figures[index - 1]!, value) : value
  })
  return {
    increases: figures.map((value, index) => (signs[index]! > 0n ? value : 0n)),
    decreases: figures.map((value, index) => (signs[index]! < 0n ? -value : 0n)),
  }
}

function addTo(table: SumTable): string {
  const { key, figures } = SUM_TABLES[table]
  const columns = [...key, ...figures].map((name): Column => [name, TYPES[name] ?? 'bigint'])
  const adding = figures.map((name) => `${name} = ${table}.${name} + excluded.${name}`)
  return `
    ${insertInto(table, columns)}
    ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${adding.join(', ')}`
}
