import { PROVIDER_NAMES } from './provider-names.ts'

/** What a model name on a span stands for. */
export type ModelId =
  /** Spellings to look up, the given one first, and the region where the name tells it. */
  | {
      readonly kind: 'ids'
      readonly ids: readonly string[]
      /** The same without a date at the end, to be asked for where nobody knows the ids. */
      readonly undated: readonly string[]
      readonly region?: string
    }
  /** A pointer to a model that cannot be followed from here. */
  | { readonly kind: 'opaque'; readonly detail: string }

/** The shapes are in the Service Authorization Reference of AWS, under Amazon Bedrock. */
const ARN = /^arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):\d*:([a-z-]+)\/(.+)$/
const VERTEX_PATH = /^projects\/[^/]+\/locations\/([^/]+)\/(.+)$/
const PUBLISHER_PATH = /^publishers\/[^/]+\/models\/([^/]+)$/
const DIGITS = /^\d{6,}$/

/** Reads a model name of a provider (an id of `provider-names.ts`, or none). */
export function readModelId(model: string, provider: string | undefined): ModelId {
  const name = model.trim().toLowerCase()
  if (name.startsWith('arn:')) return readArn(name, provider)

  const located = VERTEX_PATH.exec(name)
  const path = located?.[2] ?? name
  const published = PUBLISHER_PATH.exec(path)?.[1]
  if ((located !== null && published === undefined) || DIGITS.test(path)) {
    return { kind: 'opaque', detail: 'the id of an endpoint does not tell which model it serves' }
  }
  const region = located?.[1] ?? (name.startsWith('us-gov.') ? 'us-gov' : undefined)
  const names = spell(published ?? path, provider)
  return { kind: 'ids', ...names, ...(region !== undefined && { region }) }
}

function readArn(arn: string, provider: string | undefined): ModelId {
  const [, service, region, resource, id] = ARN.exec(arn) ?? []
  if (service === 'bedrock' && region !== undefined && id !== undefined) {
    // A system profile is named after its model; every other kind of ARN hides it.
    if (resource === 'foundation-model' || resource === 'inference-profile') {
      return { kind: 'ids', ...spell(id, provider), region }
    }
  }
  return { kind: 'opaque', detail: 'this kind of ARN does not tell which model it stands for' }
}

/** The id and its other spellings, each rule also applied to what the ones before it made. */
function spell(id: string, provider: string | undefined) {
  const ids = new Set([id])
  for (const respell of SPELLINGS) {
    const known = [...ids]
    for (const each of known) ids.add(respell(each, provider))
  }
  const undated = new Set([...ids].map((each) => each.replace(DATE, '')))
  return { ids: [...ids], undated: [...undated].filter((each) => !ids.has(each)) }
}

/** As dated releases end: -2026-08-01, -20260801. */
const DATE = /-20\d\d(-[01]\d-[0-3]\d|[01]\d[0-3]\d)$/

type Respell = (id: string, provider: string | undefined) => string

const SPELLINGS: readonly Respell[] = [
  dropProviderPrefix,
  // What a model was tuned by does not change its price: ft:gpt-4.1-2025-04-14:acme::x1y2.
  (id) => id.replace(/^(ft:[^:]+):.*$/, '$1'),
  // Claude Code's mark for a context of a million tokens.
  (id) => id.replace(/\[1m\]$/, ''),
  // Vertex AI separates a version by `@`: claude-fable-5@20260601.
  (id) => id.replace('@', '-'),
  // OpenRouter writes OpenAI's dates without dashes: gpt-4o-20240806.
  (id) => id.replace(/-(20\d{2})(0[1-9]|1[0-2])([0-3]\d)(?=[-:]|$)/, '-$1-$2-$3'),
  // A routing wish, not another model. What `:online` adds (a web search) is no token rate.
  (id, provider) =>
    provider === 'openrouter' ? id.replace(/:(nitro|floor|online|extended|thinking)$/, '') : id,
  // Azure allows no dot in a deployment's model name.
  (id, provider) => (provider === 'azure' ? id.replace(/^gpt-35-/, 'gpt-3.5-') : id),
  addBedrockVendor,
]

/** `bedrock/amazon.nova-pro-v1:0`, `models/gemini-2.5-pro`: gateways name the provider again. */
function dropProviderPrefix(id: string, provider: string | undefined): string {
  const end = id.search(/[/:]/)
  if (end < 1 || provider === undefined) return id
  const prefix = id.slice(0, end)
  const owner = prefix === 'models' ? 'google' : (PROVIDER_NAMES.get(prefix) ?? prefix)
  const same = owner === provider || (isGoogle(owner) && isGoogle(provider))
  return same ? id.slice(end + 1) : id
}

function isGoogle(provider: string): boolean {
  return provider === 'google' || provider === 'vertex'
}

const BEDROCK_VENDORS = [
  ['nova', 'amazon'],
  ['titan', 'amazon'],
  ['llama', 'meta'],
  ['mistral', 'mistral'],
  ['mixtral', 'mistral'],
] as const

/** Some instrumentations cut the vendor off a Bedrock id: nova-lite-v1:0. */
function addBedrockVendor(id: string, provider: string | undefined): string {
  if (provider !== 'aws') return id
  const vendor = BEDROCK_VENDORS.find(([family]) => id.startsWith(family))?.[1]
  return vendor === undefined || id.startsWith(`${vendor}.`) ? id : `${vendor}.${id}`
}
