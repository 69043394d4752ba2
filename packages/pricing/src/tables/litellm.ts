import type { Unit } from '@spancost/genai'
import { isFields, readTableRate, type Fields, type TableReader, type TableRow } from './table.ts'

/**
 * LiteLLM's `model_prices_and_context_window.json`: an object by `provider/model`, USD per token,
 * with tiers and thresholds in the names of the members.
 */
export const litellm: TableReader = {
  format: 'litellm',
  read(value) {
    if (!isFields(value)) return undefined
    const entries = Object.entries(value).filter(
      (entry): entry is [string, Fields] => isFields(entry[1]) && 'litellm_provider' in entry[1],
    )
    if (entries.length === 0) return undefined
    return entries.filter(([name]) => name !== 'sample_spec').flatMap(readEntry)
  },
}

/** LiteLLM's names of providers that no span uses. */
const PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['bedrock_converse', 'aws.bedrock'],
  ['cohere_chat', 'cohere'],
  ['gemini', 'gcp.gemini'],
  ['text-completion-openai', 'openai'],
  ['vertex_ai-language-models', 'gcp.vertex_ai'],
])

/** Rates by the start of the member's name, the longest first. */
const MEMBERS: readonly (readonly [string, Unit])[] = [
  ['cache_creation_input_token_cost_above_1hr', 'cache_write_1h'],
  ['cache_creation_input_token_cost', 'cache_write'],
  ['cache_read_input_token_cost_per_audio_token', 'cache_read_audio'],
  ['cache_read_input_audio_token_cost', 'cache_read_audio'],
  ['cache_read_input_token_cost', 'cache_read'],
  ['input_cost_per_audio_token', 'input_audio'],
  ['input_cost_per_image_token', 'input_image'],
  ['input_cost_per_token', 'input'],
  ['output_cost_per_reasoning_token', 'reasoning'],
  ['output_cost_per_audio_token', 'output_audio'],
  ['output_cost_per_image_token', 'output_image'],
  ['output_cost_per_token', 'output'],
  ['ocr_cost_per_page', 'page'],
]

/** What may follow such a start: a threshold, then a tier. */
const REST = /^(?:_above_(\d+)k_tokens)?(?:_(batches|priority|flex))?$/

function readEntry([name, fields]: readonly [string, Fields]): readonly TableRow[] {
  const label = String(fields['litellm_provider'])
  const provider = PROVIDERS.get(label) ?? label.replace(/^vertex_ai-.*/, 'gcp.vertex_ai')
  const place = readName(name, label)
  if (place === undefined) return []
  const rows = new Map<
    string,
    TableRow & { rates: [Unit, NonNullable<TableRow['rates'][0]>[1]][] }
  >()
  for (const [member, price] of Object.entries(fields)) {
    const [start, unit] = MEMBERS.find(([each]) => member.startsWith(each)) ?? []
    const rest = start === undefined ? null : REST.exec(member.slice(start.length))
    const rate = readTableRate(price)
    if (unit === undefined || rest === null || rate === undefined) continue
    const [, thousands, tier] = rest
    const key = `${thousands ?? ''} ${tier ?? ''}`
    let row = rows.get(key)
    if (row === undefined) {
      row = {
        name,
        provider,
        ...place,
        ...(tier !== undefined && { serviceTier: tier === 'batches' ? 'batch' : tier }),
        ...(thousands !== undefined && { above: Number(thousands) * 1000 }),
        rates: [],
      }
      rows.set(key, row)
    }
    row.rates.push([unit, rate])
  }
  return [...rows.values()]
}

/** `bedrock/us-east-1/anthropic.claude-v2`, `azure/eu/gpt-4o`; `undefined`: capacity, no usage. */
function readName(name: string, label: string): Pick<TableRow, 'model' | 'region'> | undefined {
  if (name.includes('-commitment/')) return undefined
  const family = label.replace(/^vertex_ai-.*/, 'vertex_ai')
  const bare = name.startsWith(`${family}/`) ? name.slice(family.length + 1) : name
  const [region, ...rest] = bare.split('/')
  const isPlaced = /^(bedrock|azure)$/.test(family) && rest.length > 0
  if (!isPlaced || region === undefined) return { model: bare }
  if (region.startsWith('global')) return { model: rest.join('/') }
  if (!/^(us|eu|[a-z]{2}(-gov)?-[a-z]+-\d)$/.test(region)) return { model: bare }
  return { model: rest.join('/'), region }
}
