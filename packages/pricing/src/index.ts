export {
  type CardFound,
  createBook,
  loadBook,
  type Lookup,
  type PriceBook,
  type PriceQuery,
  type Refusal,
} from './book.ts'
export {
  type Card,
  type CardRate,
  type ContextTier,
  createCardRate,
  type DayWindow,
  type Listing,
  type PriceSource,
  type Rates,
} from './card.ts'
export {
  formatAmount,
  formatRate,
  multiplyRate,
  parseAmount,
  parseRate,
  type Rate,
  toDouble,
} from './money.ts'
export { rateOperation } from './rate.ts'
export * from './rating.ts'
export { createOverrides } from './sources/cards.ts'
export { loadSources } from './sources/index.ts'
export type { Alias, Discount, ModelName, Terms } from './terms.ts'
export { auditTable, type AuditedRow, type AuditedUnit } from './audit-table.ts'
export { readTable, TABLE_FORMATS } from './tables/index.ts'
export { type BookFile, exportBook, readBookFile } from './book-file.ts'
export { type BookDifference, compareBooks, type UnitDifference } from './compare-books.ts'
export { type Exchange, loadExchange } from './exchange.ts'
export { spreadAmount } from './spread.ts'
