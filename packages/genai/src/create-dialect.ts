import {
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
} from './attributes.ts'
import { findConvention, type Emitter } from './conventions.ts'
import {
  normalizeUsage,
  type Convention,
  type NormalizedUsage,
  type ReportedUsage,
} from './normalize-usage.ts'
import type { Dialect, Operation, ReportedCost, Role, SpanFacts } from './operation.ts'
import { resolveProvider } from './provider-labels.ts'
import { readReportedCost, type CostSource } from './reported-cost.ts'
import { attributeOf, placesOf, SpanReader, type Places, type Source } from './values.ts'

export type TextField =
  | 'operation'
  | 'provider'
  | 'requestModel'
  | 'responseModel'
  | 'responseId'
  | 'serviceTier'
  | 'region'
  | 'serverAddress'
  | 'errorType'

/** Where each field stands; of several sources the first that is there is read, never the sum. */
export type TextSources = Readonly<Partial<Record<TextField, readonly Source[]>>>
export type CountSources = Readonly<Partial<Record<keyof ReportedUsage, readonly Source[]>>>

/** What a span looks like before it is said what it stands for. */
export interface Candidate {
  readonly span: SpanFacts
  readonly read: SpanReader
  /** As the span spells it. */
  readonly operation: string | undefined
  readonly hasModel: boolean
  readonly hasUsage: boolean
}

export interface Claim {
  readonly role: Role
  /** `gen_ai.operation.name`. */
  readonly name: string
  /** The counts are a guess of the instrumentation: they are kept as raw, and nothing is billed. */
  readonly isGuess?: boolean
}

/** A dialect as a table of attributes and one decision. */
export interface DialectTable {
  readonly name: string
  readonly scopes?: readonly string[]
  readonly marks: readonly string[]
  readonly texts: TextSources
  readonly counts: CountSources
  readonly costs?: readonly CostSource[]
  /** Says `fast` where a fast mode served the call; that is then its tier. */
  readonly speed?: readonly Source[]
  /** Whose models they are where the span does not say. */
  readonly defaultProvider?: string
  /** Models are named `provider/model`. */
  readonly isProviderInModel?: boolean
  /** Attributes that `classify` asks for beyond the ones above. */
  readonly alsoReads?: readonly Source[]
  /** `undefined`: not an operation of this dialect. */
  classify(candidate: Candidate): Claim | undefined
  /** The counts to go by, where those of `counts` need more than a place to be read from. */
  derive?(raw: ReportedUsage, read: SpanReader): ReportedUsage
  /** Absent: by scope, version and provider. */
  convention?(emitter: Emitter): Convention
}

export function createDialect(table: DialectTable): Dialect {
  const { name, scopes, marks, texts, counts, costs = [], speed = [], alsoReads = [] } = table
  const sources = [
    ...marks,
    ...CACHE_NAMES,
    ...Object.values(texts).flat(),
    ...Object.values(counts).flat(),
    ...costs.flatMap(({ amount, currencyKey = [], sourceKey = [] }) =>
      [amount, currencyKey, sourceKey].flat(),
    ),
    ...speed,
    ...alsoReads,
  ]
  const compiled = compileTable(table)
  return {
    name,
    ...(scopes !== undefined && { scopes }),
    marks,
    keys: [...new Set(sources.map(attributeOf))],
    read: (span) => readOperation(table, compiled, span),
  }
}

/** The sources of a table, taken apart. */
interface Compiled {
  readonly texts: Readonly<Record<TextField, Places>>
  readonly counts: readonly (readonly [keyof ReportedUsage, Places])[]
  readonly speed: Places
}

function compileTable({ texts, counts, speed }: DialectTable): Compiled {
  return {
    texts: {
      operation: placesOf(texts.operation),
      provider: placesOf(texts.provider),
      requestModel: placesOf(texts.requestModel),
      responseModel: placesOf(texts.responseModel),
      responseId: placesOf(texts.responseId),
      serviceTier: placesOf(texts.serviceTier),
      region: placesOf(texts.region),
      serverAddress: placesOf(texts.serverAddress),
      errorType: placesOf(texts.errorType),
    },
    counts: Object.entries(counts).map(([field, sources]) => {
      return [field as keyof ReportedUsage, placesOf(sources)]
    }),
    speed: placesOf(speed),
  }
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] }

function readOperation(
  table: DialectTable,
  compiled: Compiled,
  span: SpanFacts,
): Operation | undefined {
  const { texts } = compiled
  const read = new SpanReader(span)
  const raw = readCounts(read, compiled.counts)
  const hasUsage = raw !== undefined
  const named = read.textAt(texts.requestModel)
  const [vendor, requestModel] = table.isProviderInModel ? splitVendor(named) : [undefined, named]
  const responseModel = read.textAt(texts.responseModel)
  const model = requestModel ?? responseModel
  const spelled = read.textAt(texts.operation)
  const candidate = { span, read, operation: spelled, hasModel: model !== undefined, hasUsage }
  const claim = table.classify(candidate)
  if (claim === undefined) return undefined

  const label = read.textAt(texts.provider) ?? vendor ?? table.defaultProvider
  const serverAddress = read.textAt(texts.serverAddress)
  const provider = resolveProvider({ label, serverAddress, model })
  const { usage, inclusive } =
    claim.isGuess === true
      ? { usage: {} }
      : readUsage(table, raw ?? {}, read, { span, provider, model })
  const operation: Mutable<Operation> = {
    dialect: table.name,
    role: claim.role,
    name: claim.name,
    usage,
  }
  // What is not there is left out. Each field is named, as this runs with every span.
  if (span.scopeName !== '') operation.scopeName = span.scopeName
  if (span.scopeVersion !== '') operation.scopeVersion = span.scopeVersion
  if (provider !== undefined) operation.provider = provider
  if (requestModel !== undefined) operation.requestModel = requestModel
  if (responseModel !== undefined) operation.responseModel = responseModel
  const responseId = read.textAt(texts.responseId)
  if (responseId !== undefined) operation.responseId = responseId
  const serviceTier = readTier(compiled, read)
  if (serviceTier !== undefined) operation.serviceTier = serviceTier
  const region = readRegion(compiled, read)
  if (region !== undefined) operation.region = region
  if (serverAddress !== undefined) operation.serverAddress = serverAddress
  if (inclusive !== undefined) operation.inclusive = inclusive
  if (raw !== undefined) operation.rawUsage = raw
  const reportedCost = readFirstCost(read, table.costs ?? [])
  if (reportedCost !== undefined) operation.reportedCost = reportedCost
  const errorType = read.textAt(texts.errorType)
  if (errorType !== undefined) operation.errorType = errorType
  return operation
}

/** The counts as they are to be understood, by who made the span. */
function readUsage(
  table: DialectTable,
  raw: ReportedUsage,
  read: SpanReader,
  { span, provider, model }: Pick<Emitter, 'provider' | 'model'> & { readonly span: SpanFacts },
): NormalizedUsage {
  const emitter: Emitter = {
    scopeName: span.scopeName,
    scopeVersion: span.scopeVersion,
    provider,
    model,
    isSpelledByConvention: CACHE_NAMES.some((key) => span.attribute(key) !== undefined),
  }
  const convention = table.convention?.(emitter) ?? findConvention(emitter)
  return normalizeUsage(table.derive?.(raw, read) ?? raw, convention)
}

const CACHE_NAMES = [
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
]

/** `undefined`: the span has no counts. */
function readCounts(reader: SpanReader, counts: Compiled['counts']): ReportedUsage | undefined {
  let reported: ReportedUsage | undefined
  for (const [field, places] of counts) {
    const count = reader.countAt(places)
    if (count !== undefined) (reported ??= {})[field] = count
  }
  return reported
}

function readFirstCost(reader: SpanReader, costs: readonly CostSource[]): ReportedCost | undefined {
  for (const source of costs) {
    const cost = readReportedCost(reader, source)
    if (cost !== undefined) return cost
  }
  return undefined
}

/** `googleai/gemini-3-pro` in its two parts; what has no slash is a model only. */
function splitVendor(named: string | undefined): readonly [string | undefined, string | undefined] {
  const slash = named?.indexOf('/') ?? -1
  return slash > 0 ? [named?.slice(0, slash), named?.slice(slash + 1)] : [undefined, named]
}

/** The ordinary tier has many names. `auto` was only asked for; another would be told by its own. */
function readTier({ texts, speed }: Compiled, read: SpanReader): string | undefined {
  if (read.textAt(speed) === 'fast') return 'fast'
  const tier = read.textAt(texts.serviceTier)?.toLowerCase()
  return tier !== undefined && ORDINARY_TIERS.has(tier) ? 'standard' : tier
}

/** Anthropic says `not_available` where a model is not bound to a geography. */
function readRegion({ texts }: Compiled, read: SpanReader): string | undefined {
  const region = read.textAt(texts.region)
  return region === 'not_available' ? undefined : region
}

const ORDINARY_TIERS: ReadonlySet<string> = new Set(['default', 'auto', 'on_demand', 'standard'])
