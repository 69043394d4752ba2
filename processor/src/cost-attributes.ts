import { sumParts, toDouble, formatAmount, COST_PARTS, type Rating } from '@spancost/pricing'
import type { Entry, Standing } from '@spancost/ledger'
import {
  createAttributeBlock,
  type AttributeBlock,
  type NewAttribute,
  type ScannedSpan,
} from '@spancost/otlp'
import type { AttributeAlias } from './config.ts'
import { createListMap } from './list-map.ts'
import type { RollupSum, SpanRollup } from './rollup.ts'

const STATUS = 'spancost.cost.status'
const REASON = 'spancost.cost.reason'
const STANDING = 'spancost.cost.standing'
const SOURCE = 'spancost.cost.source'
const TOTAL = 'spancost.cost.total'
const EXACT = 'spancost.cost.exact'
const CURRENCY = 'spancost.cost.currency'
const LIST = 'spancost.cost.list'
const CARD = 'spancost.price.card'
const BOOK = 'spancost.price.book'

const PART_KEYS = COST_PARTS.map((part) => `spancost.cost.${part}`)

const SUBTREE_TOTAL = 'spancost.subtree.cost.total'
const SUBTREE_OPERATIONS = 'spancost.subtree.operations'
const TRACE_TOTAL = 'spancost.trace.cost.total'
const TRACE_OPERATIONS = 'spancost.trace.operations'
const TRACE_UNPRICED = 'spancost.trace.unpriced'

/** Span attributes that only the processor writes; what a sender put there is replaced. */
export const OWN_KEYS: readonly string[] = [
  STATUS,
  REASON,
  STANDING,
  SOURCE,
  TOTAL,
  EXACT,
  CURRENCY,
  LIST,
  CARD,
  BOOK,
  ...PART_KEYS,
  SUBTREE_TOTAL,
  SUBTREE_OPERATIONS,
  TRACE_TOTAL,
  TRACE_OPERATIONS,
  TRACE_UNPRICED,
]

/** Span attributes of other vocabularies that an alias may fill; a sender's own value stays. */
export const ALIAS_KEYS: readonly string[] = [
  'gen_ai.usage.cost',
  'gen_ai.usage.cost.amount',
  'gen_ai.usage.cost.currency',
  'gen_ai.usage.cost.source',
  'llm.cost.prompt',
  'llm.cost.completion',
  'llm.cost.total',
]

export interface CostAttributes {
  readonly block: AttributeBlock
  readonly attributes: NewAttribute[]
}

/**
 * What goes onto a span for its entry. Amounts stand only on counted operations, so that whoever
 * adds them up over spans gets the spend: a held, restated or echoed cost shows its standing alone.
 */
export function createCostAttributes(
  entry: Entry,
  standing: Standing,
  span: ScannedSpan,
  aliases: readonly AttributeAlias[],
): CostAttributes {
  const { rating } = entry
  const block = findBlock(rating, standing)
  if (rating.costAtto === undefined || standing !== 'counted') return { block, attributes: [] }
  const attributes: NewAttribute[] = [
    { key: TOTAL, value: toDouble(rating.costAtto) },
    { key: EXACT, value: formatAmount(rating.costAtto) },
    { key: CURRENCY, value: 'USD' },
  ]
  if (rating.list !== undefined) attributes.push({ key: LIST, value: Number(rating.list) })
  const parts = sumParts(rating)
  for (const [index, part] of COST_PARTS.entries()) {
    if (parts[part] !== 0n)
      attributes.push({ key: PART_KEYS[index]!, value: toDouble(parts[part]) })
  }
  if (aliases.length > 0) addAliases(attributes, entry, span, aliases)
  return { block, attributes }
}

function addAliases(
  attributes: NewAttribute[],
  entry: Entry,
  span: ScannedSpan,
  aliases: readonly AttributeAlias[],
): void {
  // By key: `langfuse` and `openlit` share one.
  const added = new Map<string, NewAttribute>()
  for (const attribute of aliases.flatMap((alias) => createAlias(alias, entry))) {
    if (!span.attributes.has(attribute.key)) added.set(attribute.key, attribute)
  }
  attributes.push(...added.values())
}

/** Adds what goes onto a span, operation or not, for what is below it, to what is given. */
export function addRollupAttributes(
  { subtree, trace }: SpanRollup,
  attributes: NewAttribute[] = [],
): readonly NewAttribute[] {
  if (subtree !== undefined) {
    addTotal(attributes, SUBTREE_TOTAL, subtree)
    attributes.push({ key: SUBTREE_OPERATIONS, value: BigInt(subtree.operations) })
  }
  if (trace !== undefined) {
    addTotal(attributes, TRACE_TOTAL, trace)
    attributes.push({ key: TRACE_OPERATIONS, value: BigInt(trace.operations) })
    attributes.push({ key: TRACE_UNPRICED, value: BigInt(trace.unpriced) })
  }
  return attributes
}

/** Where no cost is known there is no total: it would say 0. */
function addTotal(attributes: NewAttribute[], key: string, sum: RollupSum): void {
  if (sum.operations > sum.unpriced) attributes.push({ key, value: toDouble(sum.costAtto) })
}

/** There are about as many as there are models in use; made-up names must not fill the memory. */
const blocks = createListMap<AttributeBlock>(1000)

/** What all spans of one model, standing and outcome get alike. */
function findBlock(rating: Rating, standing: Standing): AttributeBlock {
  const { status, book, reason, source, card } = rating
  return blocks.recall([status, standing, book, reason, source, card], () => {
    const attributes: NewAttribute[] = [
      { key: STATUS, value: status },
      { key: STANDING, value: standing },
      { key: BOOK, value: book },
    ]
    if (reason !== undefined) attributes.push({ key: REASON, value: reason })
    if (source !== undefined) attributes.push({ key: SOURCE, value: source })
    if (card !== undefined) attributes.push({ key: CARD, value: card })
    return createAttributeBlock(attributes)
  })
}

function createAlias(alias: AttributeAlias, { rating }: Entry): readonly NewAttribute[] {
  const total = toDouble(rating.costAtto ?? 0n)
  const isBill = rating.source === 'provider'
  if (alias === 'langfuse' || alias === 'openlit') {
    return [{ key: 'gen_ai.usage.cost', value: total }]
  }
  if (alias === 'openinference') {
    const whole = { key: 'llm.cost.total', value: total }
    if (isBill) return [whole]
    const { input, cache_read, cache_write, output } = sumParts(rating)
    return [
      { key: 'llm.cost.prompt', value: toDouble(input + cache_read + cache_write) },
      { key: 'llm.cost.completion', value: toDouble(output) },
      whole,
    ]
  }
  return [
    { key: 'gen_ai.usage.cost.amount', value: total },
    { key: 'gen_ai.usage.cost.currency', value: 'USD' },
    { key: 'gen_ai.usage.cost.source', value: isBill ? 'provider' : 'local' },
  ]
}
