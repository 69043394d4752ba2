import type { Unit } from '@spancost/genai'
import { isFields, readTableRate, type Fields, type TableReader, type TableRow } from './table.ts'

/**
 * Langfuse's `default-model-prices.json`: a list of models without providers, USD per unit, and
 * tiers with conditions on parameters or on the size of the input.
 */
export const langfuse: TableReader = {
  format: 'langfuse',
  read(value) {
    if (!Array.isArray(value)) return undefined
    const models = value.filter((each) => isFields(each) && 'pricingTiers' in each) as Fields[]
    return models.length === 0 ? undefined : models.flatMap(readModel)
  },
}

/** The first name of each unit that is there; the others repeat it. */
const MEMBERS: readonly (readonly [Unit, readonly string[]])[] = [
  ['input', ['input', 'input_tokens']],
  ['output', ['output', 'output_tokens']],
  ['cache_read', ['cache_read_input_tokens', 'input_cache_read', 'input_cached_tokens']],
  ['cache_write', ['input_cache_creation_5m', 'cache_creation_input_tokens', 'cache_write_tokens']],
  ['cache_write_1h', ['input_cache_creation_1h']],
  ['reasoning', ['output_reasoning_tokens', 'output_reasoning']],
  ['input_audio', ['input_audio_tokens', 'input_audio']],
  ['output_audio', ['output_audio_tokens', 'output_audio']],
  ['cache_read_audio', ['input_cached_audio_tokens']],
  ['input_image', ['input_image']],
]

function readModel(model: Fields): readonly TableRow[] {
  const name = String(model['modelName'])
  const tiers = Array.isArray(model['pricingTiers']) ? (model['pricingTiers'] as unknown[]) : []
  return tiers.filter(isFields).flatMap((tier) => {
    const prices = isFields(tier['prices']) ? tier['prices'] : {}
    const rates = MEMBERS.flatMap(([unit, names]) => {
      const rate = readTableRate(prices[names.find((each) => each in prices) ?? ''])
      return rate === undefined ? [] : [[unit, rate] as const]
    })
    const conditions = Array.isArray(tier['conditions']) ? (tier['conditions'] as unknown[]) : []
    return { name, model: name, rates, ...readConditions(conditions.filter(isFields)) }
  })
}

/** `service_tier in [flex]`, `speed in [fast]`, `input > 272000`. */
function readConditions(conditions: readonly Fields[]): Pick<TableRow, 'serviceTier' | 'above'> {
  let serviceTier: string | undefined
  let above: number | undefined
  for (const { key, values, operator, value } of conditions) {
    if (operator === 'gt' && typeof value === 'number') above = value
    if (!Array.isArray(values)) continue
    if (key === 'speed') serviceTier = 'fast'
    if (key !== 'service_tier') continue
    serviceTier = ['flex', 'priority', 'batch'].find((each) => values.includes(each)) ?? serviceTier
  }
  return {
    ...(serviceTier !== undefined && { serviceTier }),
    ...(above !== undefined && { above }),
  }
}
