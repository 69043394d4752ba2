import type { Unit } from '@spancost/genai'
import { isFields, readTableRate, type Fields, type TableReader, type TableRow } from './table.ts'

/**
 * Portkey's `models/pricing/*.json`: one file for each provider, which only the file's name tells;
 * cents per unit; tiers, regions and contexts below `custom_pricing`.
 */
export const portkey: TableReader = {
  format: 'portkey',
  read(value, name) {
    if (!isFields(value)) return undefined
    const models = Object.entries(value).filter(
      (entry): entry is [string, Fields] => isFields(entry[1]) && 'pricing_config' in entry[1],
    )
    if (models.length === 0) return undefined
    const provider = name.replace(/^.*[/\\]/, '').replace(/\.json$/, '')
    const places = { provider: PROVIDERS.get(provider) ?? provider }
    // `default` says how others are calculated, and ids with `-gt-128k` are Portkey's own.
    return models
      .filter(([model]) => model !== 'default' && !/-[gl]te?-\d+k/.test(model))
      .flatMap(([model, fields]) => readModel({ name: model, model, ...places }, fields))
  },
}

const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['azure-ai', 'azure.ai.inference'],
  ['azure-openai', 'azure.ai.openai'],
  ['bedrock', 'aws.bedrock'],
  ['google', 'gcp.gemini'],
  ['vertex-ai', 'gcp.vertex_ai'],
])

const MEMBERS: readonly (readonly [string, Unit])[] = [
  ['request_token', 'input'],
  ['response_token', 'output'],
  ['cache_read_input_token', 'cache_read'],
  ['cache_write_input_token', 'cache_write'],
  ['request_audio_token', 'input_audio'],
  ['response_audio_token', 'output_audio'],
  ['cache_read_audio_input_token', 'cache_read_audio'],
  ['web_search', 'web_search'],
  ['thinking_token', 'reasoning'],
]

type Place = Omit<TableRow, 'rates'>

function readModel(place: Place, fields: Fields): readonly TableRow[] {
  const base = readRates(place, fields['pricing_config'])
  const custom = isFields(fields['custom_pricing']) ? fields['custom_pricing'] : {}
  const starts = isFields(custom['context_tier_map']) ? custom['context_tier_map'] : {}
  const above = new Map(
    Object.entries(starts).map(([start, tier]) => [String(tier), Number(start)]),
  )
  const rows = listMembers(custom['regions']).flatMap(([regions, region]) =>
    listMembers(region['execution_modes']).flatMap(([mode, contexts]) =>
      listMembers(contexts['context_tiers']).flatMap(([context, prices]) =>
        regions.split(',').flatMap((each) => {
          const start = above.get(context) ?? 0
          return readRates(
            {
              ...place,
              ...(each !== 'default' && { region: each }),
              ...(mode !== 'standard' && { serviceTier: mode }),
              ...(start > 0 && { above: start }),
            },
            prices['pricing_config'],
          )
        }),
      ),
    ),
  )
  return rows.some((row) => row.serviceTier === undefined && !row.region && !row.above)
    ? rows
    : [...base, ...rows]
}

function listMembers(value: unknown): readonly [string, Fields][] {
  if (!isFields(value)) return []
  return Object.entries(value).filter((entry): entry is [string, Fields] => isFields(entry[1]))
}

function readRates(place: Place, config: unknown): readonly TableRow[] {
  const prices =
    isFields(config) && isFields(config['pay_as_you_go']) ? config['pay_as_you_go'] : {}
  const more = isFields(prices['additional_units']) ? prices['additional_units'] : {}
  const rates = MEMBERS.flatMap(([member, unit]) => {
    const found = prices[member] ?? more[member]
    const rate = isFields(found) ? readTableRate(found['price'], 100) : undefined
    // Where a table knows no price, it says 0.
    return rate === undefined || (rate.num === 0n && unit !== 'output')
      ? []
      : [[unit, rate] as const]
  })
  return rates.some(([unit, rate]) => unit !== 'output' || rate.num !== 0n)
    ? [{ ...place, rates }]
    : []
}
