import { findProviderByHost } from '@spancost/genai'
import { type Card, isValidAt, type PriceSource } from './card.ts'
import { readModelId } from './model-id.ts'
import { resolveProvider } from './provider-names.ts'
import type { CostReason } from './rating.ts'
import { createShelves, type Shelves } from './shelves.ts'
import { loadSources } from './sources/index.ts'
import {
  createAliases,
  createDiscounts,
  type ModelName,
  NO_TERMS,
  type TakeDiscount,
  type Terms,
} from './terms.ts'

/** What a span says about the model that it called. */
export interface PriceQuery {
  readonly provider?: string | undefined
  readonly model: string
  readonly serviceTier?: string | undefined
  readonly region?: string | undefined
  readonly serverAddress?: string | undefined
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number
}

/** A card, or why there is none. A price that is not known is never 0 and never that of another. */
export type Lookup = CardFound | Refusal

export interface CardFound {
  readonly kind: 'card'
  readonly card: Card
}

export interface Refusal {
  readonly kind: 'refused'
  readonly reason: Extract<
    CostReason,
    'unknown_model' | 'custom_deployment' | 'opaque_id' | 'no_rate'
  >
  readonly detail: string
}

export interface PriceBook {
  readonly name: string
  readonly version: string
  /** `name@version`; it is written on spans. */
  readonly id: string
  /** Throws on an `atMs` that is not finite; everything else has an answer. */
  find(query: PriceQuery): Lookup
  /** Whose rates stand in for those of a model that nobody knows, if anybody's. */
  readonly fallback?: ModelName
  /** Absent: nothing was agreed. */
  readonly takeDiscount?: TakeDiscount
}

/** What a provider and a model name lead to, whenever and in whichever tier the call was. */
type Entry = CardsFound | Refusal

interface CardsFound {
  readonly kind: 'cards'
  readonly cards: readonly CardFound[]
  /** The region that the model name tells. */
  readonly region: string | undefined
}

/** Real ids stay far below; an ARN may have 2048, but those that long are opaque anyway. */
const MAX_MODEL_LENGTH = 512
/** What the domain name system allows. */
const MAX_HOST_LENGTH = 253
/** Per provider. A fleet uses dozens of models; made-up names must not fill the memory. */
const MAX_CACHED = 1_000

/** The book of the prices that come with this package, under prices of the user's own. */
export async function loadBook(overrides: readonly PriceSource[] = []): Promise<PriceBook> {
  return createBook([...overrides, ...(await loadSources())])
}

/**
 * A book over sources, in order of precedence. Lookups are remembered by provider and model, so
 * that matching names, which is slow, happens once per name. Throws where two cards share an id.
 */
export function createBook(sources: readonly PriceSource[], terms: Terms = NO_TERMS): PriceBook {
  const shelves = createShelves(sources)
  const resolve = (name: string): string =>
    resolveProvider(name, shelves.providers) ?? name.toLowerCase()
  const findAlias = createAliases(terms.aliases, resolve)
  const entries = new Map<string, Map<string, Entry>>()
  const hostOwners = new Map<string, string | null>()

  /** OpenAI's clients can be pointed at many providers; then the host says whose call it was. */
  function findProvider({ provider: name, serverAddress }: PriceQuery): string | undefined {
    const provider = name === undefined ? undefined : resolveProvider(name, shelves.providers)
    if (serverAddress === undefined) return provider
    if (name !== undefined && provider !== 'openai') return provider
    return recall(hostOwners, serverAddress, () => findOwner(serverAddress)) ?? provider
  }

  function findOwner(host: string): string | null {
    const owner = host.length > MAX_HOST_LENGTH ? undefined : findProviderByHost(host)
    return (owner && resolveProvider(owner, shelves.providers)) ?? null
  }

  /** What a name of the user's own stands for; its provider, where it names one, is no guess. */
  function follow(query: PriceQuery): PriceQuery {
    const { provider, model, serviceTier, region, atMs } = query
    const means = terms.aliases.length === 0 ? undefined : findAlias(provider, model)
    if (means === undefined) return query
    if (means.provider === undefined) return { ...query, model: means.model }
    return { provider: means.provider, model: means.model, serviceTier, region, atMs }
  }

  function find(asked: PriceQuery): Lookup {
    const query = follow(asked)
    const { provider: name, model } = query
    if (!Number.isFinite(query.atMs)) throw new RangeError(`atMs is ${query.atMs}, no instant`)
    if (model.length > MAX_MODEL_LENGTH) {
      return refuse('unknown_model', `${quote(model)} is too long to be the name of a model`)
    }
    const provider = findProvider(query)
    if (provider === undefined && name !== undefined) {
      return refuse('unknown_model', `no prices of provider ${quote(name)} are known`)
    }
    let models = entries.get(provider ?? '')
    if (models === undefined) {
      models = new Map<string, Entry>()
      entries.set(provider ?? '', models)
    }
    const entry = recall(models, model, () => findEntry(shelves, provider, model))
    return entry.kind === 'cards' ? selectCard(entry, provider, query) : entry
  }

  // The base first, then what is laid over it.
  const layers = sources.toReversed()
  return {
    name: layers.map((source) => source.name).join('+'),
    version: layers.map((source) => source.version).join('+'),
    id: layers.map((source) => `${source.name}@${source.version}`).join('+'),
    find,
    ...(terms.fallback !== undefined && { fallback: terms.fallback }),
    ...(terms.discounts.length > 0 && {
      takeDiscount: createDiscounts(terms.discounts, resolve),
    }),
  }
}

function findEntry(shelves: Shelves, provider: string | undefined, model: string): Entry {
  const read = readModelId(model, provider)
  if (read.kind === 'opaque') return refuse('opaque_id', `${quote(model)}: ${read.detail}`)
  // A date that no table knows yet makes no other model.
  const found = shelves.find(provider, read.ids)
  const [listing, ...others] = found.length > 0 ? found : shelves.find(provider, read.undated)
  if (listing === undefined) {
    return provider === 'azure' && !MAKERS_NAMES.test(model)
      ? refuse('custom_deployment', `${quote(model)} is a deployment, which names no model`)
      : refuse('unknown_model', `no price of ${quote(model)} is known`)
  }
  if (others.length > 0) {
    const owners = [listing, ...others].map((each) => each.provider).join(' or ')
    return refuse('unknown_model', `${quote(model)} may be of ${owners}: the span does not say`)
  }
  if (listing.cards.length === 0) {
    return refuse('no_rate', `${quote(model)}: ${listing.note ?? 'it is listed without a price'}`)
  }
  const cards = listing.cards.map((card) => ({ kind: 'card', card }) as const)
  return { kind: 'cards', cards, region: read.region }
}

/** How makers name what Azure sells. A deployment may have any other name, which says nothing. */
const MAKERS_NAMES =
  /^(ft:|[a-z0-9-]+\/)?(gpt-|chatgpt-|o\d($|-)|text-|dall-e|whisper|tts-|sora|codex-|claude-|grok-|(meta-)?llama|mistral|ministral|codestral|phi-|deepseek|cohere|command|embed-|kimi|model-router|flux)/i

/** The last card that was valid then, for the tier; one of the region goes before one of all. */
function selectCard(entry: CardsFound, provider: string | undefined, query: PriceQuery): Lookup {
  const region = findRegion(provider, query) ?? entry.region
  const tier = readTier(query.serviceTier)
  const isGov = provider === 'aws' && region?.startsWith('us-gov') === true
  let general: CardFound | undefined
  let isCovered = false
  for (let index = entry.cards.length - 1; index >= 0; index--) {
    const found = entry.cards[index]
    if (found === undefined || !isValidAt(found.card, query.atMs)) continue
    const place = found.card.region
    if (place !== undefined && !isWithin(region, place)) continue
    // GovCloud has prices of its own: those of everywhere else do not hold there.
    if (isGov && place === undefined) continue
    if (found.card.serviceTier !== tier) isCovered = true
    else if (place !== undefined) return found
    else general ??= found
  }
  if (general !== undefined) return general
  const model = quote(query.model)
  if (isGov && !isCovered) return refuse('no_rate', `no price of ${model} in GovCloud is known`)
  return isCovered
    ? refuse('no_rate', `no rates of ${model} are known for tier ${quote(tier ?? 'standard')}`)
    : refuse('no_rate', `no price of ${model} at ${formatInstant(query.atMs)} is known`)
}

/** Where a call was served, by its span or else by the host that it went to. */
function findRegion(provider: string | undefined, query: PriceQuery): string | undefined {
  const { region, serverAddress } = query
  if (region !== undefined || provider === undefined) return region
  const host =
    serverAddress === undefined ? null : REGIONAL_HOSTS.get(provider)?.exec(serverAddress)
  return host?.[1] ?? host?.[2]
}

/** Hosts that name a region: `eu.api.openai.com`, `us-east5-aiplatform.googleapis.com`. */
const REGIONAL_HOSTS: ReadonlyMap<string, RegExp> = new Map([
  ['openai', /^([a-z]{2})\.api\.openai\.com$/],
  ['vertex', /^(?:([a-z0-9-]+)-aiplatform|aiplatform\.([a-z]+)\.rep)\.googleapis\.com$/],
  ['aws', /^bedrock-[a-z-]+\.([a-z0-9-]+)\.(?:amazonaws\.com|api\.aws)$/],
])

/** `eu` contains `eu-west-1`, but not `europe-west1`. */
function isWithin(region: string | undefined, place: string): boolean {
  return region === place || region?.startsWith(`${place}-`) === true
}

/**
 * The tier that cards know by this name; `undefined`: the standard one, which Groq and Google call
 * `on_demand`. `auto` was only asked for: another tier would be told by its name.
 */
function readTier(tier: string | undefined): string | undefined {
  if (tier === undefined) return undefined
  const name = tier
    .trim()
    .toLowerCase()
    .replace(/^(on_demand|service_tier|tier)_(?=.)/, '')
  return STANDARD_TIERS.has(name) ? undefined : name
}

const STANDARD_TIERS: ReadonlySet<string> = new Set([
  '',
  'standard',
  'standard_only',
  'default',
  'auto',
  'on_demand',
  'none',
  'unspecified',
])

/** What is known under a key, made where it is not; of too many, the oldest is forgotten. */
function recall<Value extends object | string | null>(
  known: Map<string, Value>,
  key: string,
  make: () => Value,
): Value {
  const value = known.get(key)
  if (value !== undefined) return value
  const oldest = known.size >= MAX_CACHED ? known.keys().next().value : undefined
  if (oldest !== undefined) known.delete(oldest)
  const made = make()
  known.set(key, made)
  return made
}

function refuse(reason: Refusal['reason'], detail: string): Refusal {
  return { kind: 'refused', reason, detail }
}

/** A name from outside, short enough to be shown. */
function quote(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name)
}

function formatInstant(atMs: number): string {
  return Math.abs(atMs) <= 8.64e15 ? new Date(atMs).toISOString() : `${atMs} ms`
}
