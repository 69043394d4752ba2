import type { ModelInfo } from '@pydantic/genai-prices'
import { UNITS } from '@spancost/genai'
import { isValidAt } from '../card.ts'
import { compileCards } from '../sources/genai-prices/cards.ts'
import { isFields, type TableReader, type TableRow } from './table.ts'

/**
 * The data of genai-prices, as its feed (`prices/new_data/v2/data.json`) has it: a list of providers
 * with their models. Announced prices count where they hold at the time that is asked for.
 */
export const genaiPrices: TableReader = {
  format: 'genai-prices',
  read(value, _name, atMs) {
    if (
      !Array.isArray(value) ||
      value.length === 0 ||
      !value.every((each) => isFields(each) && 'models' in each)
    ) {
      return undefined
    }
    return value.flatMap(({ id, models }: { id: string; models: readonly ModelInfo[] }) =>
      models.flatMap((model) => readModel(id, model, atMs)),
    )
  },
}

function readModel(provider: string, model: ModelInfo, atMs: number): readonly TableRow[] {
  const cards = compileCards(provider, model, '9999-12-31', 'table')
  const card = cards.findLast((each) => isValidAt(each, atMs))
  if (card === undefined) return []
  const base = { name: `${provider}/${model.id}`, provider, model: model.id }
  return [{ rates: card.rates }, ...(card.tiers ?? [])].map((tier) => ({
    ...base,
    ...('start' in tier && { above: tier.start }),
    rates: UNITS.flatMap((unit) => {
      const rate = tier.rates[unit]
      return rate === undefined ? [] : [[unit, rate] as const]
    }),
  }))
}
