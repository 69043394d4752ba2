import type { UnpricedGroup } from '@spancost/ledger'
import { stringify } from 'yaml'
import { limitTo } from './access.ts'
import { answerJson, defineRoute } from './answer.ts'
import { toZonedInstant } from './json.ts'
import { labelFilter, wholeNumber } from './parameters.ts'
import { RANGE_PARAMETERS, resolveAsked, toRangeJson } from './range.ts'

const MAX_GROUPS = 1000

/** What has no price, or not all of it: how often, since when, and what to add to the config. */
export const unpricedRoute = defineRoute(
  '/api/v1/unpriced',
  { ...RANGE_PARAMETERS, where: labelFilter, limit: wholeNumber(MAX_GROUPS) },
  async ({ store, caller }, { limit = 100, where, ...asked }) => {
    const resolved = resolveAsked(asked)
    if ('kind' in resolved) return resolved
    const { zone, bounds } = resolved
    const wanted = limitTo(caller, where)
    const found = await store.unpriced({ ...bounds, ...wanted, limit: limit + 1 })
    return answerJson({
      ...toRangeJson(resolved),
      unpriced: found.slice(0, limit).map(({ example, ...group }) => ({
        provider: group.provider,
        model: group.model,
        status: group.status,
        operations: group.operations,
        firstHour: toZonedInstant(group.firstUnixMs, zone),
        lastHour: toZonedInstant(group.lastUnixMs, zone),
        reason: example?.rating.reason,
        detail: example?.rating.detail,
        traceId: example?.traceId,
        advice: advise({ ...group, ...(example && { example }) }),
      })),
      truncated: found.length > limit,
    })
  },
  { minds: 'labels' },
)

interface Advice {
  readonly text: string
  /** Lines for `spancost.yaml`. */
  readonly config?: string
  /** Lines for a file that `prices.cards` names. */
  readonly card?: string
}

/** What stands where only the user knows what to write. */
const FILL_IN = {
  model: 'A_MODEL_WITH_A_PRICE',
  rate: 'USD_PER_MILLION',
  source: 'WHERE_IT_IS_FROM',
}

function advise(group: UnpricedGroup): Advice {
  const { model, example } = group
  const reason = example?.rating.reason
  if (reason === 'no_usage') return { text: 'The spans say no usage: look at what emits them.' }
  if (reason === 'bad_usage') return { text: 'The spans contradict themselves: see the detail.' }
  if (model === undefined) return { text: 'The spans name no model: look at what emits them.' }
  const card = writeCard(group, model)
  if (reason === 'no_rate') return { text: 'Add a card with what is missing.', card }
  return {
    text: 'Say which known model it stands for, or add a card of your own.',
    config: writeAlias(group, model),
    card,
  }
}

function writeAlias({ provider }: UnpricedGroup, model: string): string {
  const alias = {
    ...(provider !== undefined && { provider }),
    model,
    means: { model: FILL_IN.model },
  }
  return stringify({ prices: { aliases: [alias] } })
}

/** With a rate for each unit that the example used. */
function writeCard({ provider, example }: UnpricedGroup, model: string): string {
  const used = [...(example?.units.keys() ?? [])]
  const units = used.length > 0 ? used : ['input', 'output']
  return stringify({
    provider: provider ?? 'PROVIDER',
    source: FILL_IN.source,
    checked: new Date().toISOString().slice(0, 10),
    models: [
      { model, cards: [{ rates: Object.fromEntries(units.map((unit) => [unit, FILL_IN.rate])) }] },
    ],
  })
}
