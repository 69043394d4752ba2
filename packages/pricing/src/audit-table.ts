import type { Unit } from '@spancost/genai'
import type { PriceBook } from './book.ts'
import { type Card, type Rates, selectRates } from './card.ts'
import type { PriceTable, TableRow } from './tables/table.ts'

/** What a book says to one row of somebody else's table. */
export interface AuditedRow {
  readonly row: TableRow
  /** `missing`: the book has no price for it. */
  readonly outcome: 'agrees' | 'differs' | 'missing'
  /** Why it is missing. */
  readonly reason?: string
  readonly card?: Card
  /** Every unit of the row; without `ours` the card has no rate for it. */
  readonly units: readonly AuditedUnit[]
}

/** USD per one unit, as exact decimals or fractions. */
export interface AuditedUnit {
  readonly unit: Unit
  readonly ours?: string
  readonly theirs: string
}

/** Compares a book with a table, row by row, as of one instant. Neither is taken to be right. */
export function auditTable(
  book: PriceBook,
  { rows }: PriceTable,
  atMs: number,
): readonly AuditedRow[] {
  return rows.map((row): AuditedRow => {
    const { provider, model, serviceTier, region, above = 0, rates } = row
    const found = book.find({ provider, model, serviceTier, region, atMs })
    if (found.kind === 'refused') {
      const units = rates.map(([unit, { text: theirs }]) => ({ unit, theirs }))
      return { row, outcome: 'missing', reason: found.reason, units }
    }
    const { card } = found
    const own = selectRates(card, above + 1)
    const units = rates.flatMap(([unit, { text: theirs }]): readonly AuditedUnit[] => {
      const ours = findRate(own, unit)?.text
      if (ours !== undefined) return [{ unit, ours, theirs }]
      // Many tables write 0 for what a model does not have, such as the output of embeddings.
      return theirs === '0' ? [] : [{ unit, theirs }]
    })
    const isSame = units.every(({ ours, theirs }) => ours === theirs)
    return { row, outcome: isSame ? 'agrees' : 'differs', card, units }
  })
}

/** As a call would be rated: thinking is output, and images are input, unless they have rates. */
function findRate(rates: Rates, unit: Unit): Rates[Unit] {
  if (unit === 'reasoning') return rates.reasoning ?? rates.output
  return unit === 'input_image' ? (rates.input_image ?? rates.input) : rates[unit]
}
