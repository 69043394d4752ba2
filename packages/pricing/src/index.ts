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
export { partOf, rateOperation, sumParts } from './rate.ts'
export * from './rating.ts'
export { createOverrides } from './sources/cards.ts'
export { loadSources } from './sources/index.ts'
export type { Alias, Discount, ModelName, Terms } from './terms.ts'
