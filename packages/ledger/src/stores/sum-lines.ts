import { METRIC_TOTAL_COLUMNS, METRICS_OF_ENTRY } from './metric-columns.ts'
import { SUM_COLUMNS } from './rows.ts'

/**
 * SQL for the figures that sums are made of: what entries and corrections add to them. One correction
 * may raise some figures and lower others; each goes to the side that it belongs to.
 */

export type SumTable = 'hourly' | 'totals' | 'reversals'

/** The figures of a correction, of totals and of reversals; an hour has the first of them. */
export const FIGURES = ['operations', ...SUM_COLUMNS, ...METRIC_TOTAL_COLUMNS] as const

/** What each table keeps, and by what. */
export const SUM_TABLES: Readonly<
  Record<SumTable, { readonly key: readonly string[]; readonly figures: readonly string[] }>
> = {
  hourly: { key: ['hour', 'label_set', 'status'], figures: ['operations', ...SUM_COLUMNS] },
  totals: { key: ['label_set', 'status', 'error_type'], figures: FIGURES },
  reversals: { key: ['label_set', 'status', 'error_type'], figures: FIGURES },
}

/** Of one entry, what it is worth when it counts: each of `FIGURES`. */
export const FIGURES_OF_ENTRY: readonly string[] = ['1', ...SUM_COLUMNS, ...METRICS_OF_ENTRY]

/** The same, as columns of that name. */
export const SELECT_OF_ENTRY = FIGURES_OF_ENTRY.map((text, at) => `${text} AS ${FIGURES[at]}`).join(
  ', ',
)

/** Of one correction, what it raises each of `FIGURES` by, or 0. */
export const SELECT_INCREASES = selectSide('>', '')

/** Of one correction, what it lowers each of `FIGURES` by, as a positive figure, or 0. */
export const SELECT_DECREASES = selectSide('<', '-')

/** Selects figures added up over a group of rows. */
export function selectAdded(figures: readonly string[]): string {
  return figures.map((name) => `sum(${name}) AS ${name}`).join(', ')
}

function selectSide(side: '>' | '<', sign: '' | '-'): string {
  const columns = FIGURES.map((name) => {
    // An amount in two limbs has the sign of the first that is not 0.
    const nano = name.replace(/_atto$/, '_nano')
    const atto = nano.replace(/_nano$/, '_atto')
    const rest = nano === atto ? '' : ` OR (${nano} = 0 AND ${atto} ${side} 0)`
    return `CASE WHEN ${nano} ${side} 0${rest} THEN ${sign}${name} ELSE 0 END AS ${name}`
  })
  return columns.join(', ')
}
