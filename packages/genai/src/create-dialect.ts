import {
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
} from './attributes.ts'
import { findConvention, type Emitter } from './conventions.ts'
import { normalizeUsage, type Convention, type ReportedUsage } from './normalize-usage.ts'
import type { Dialect, Operation, ReportedCost, Role, SpanFacts } from './operation.ts'
import { resolveProvider } from './provider-labels.ts'
import { readReportedCost, type CostSource } from './reported-cost.ts'
import { attributeOf, createSpanReader, type Source, type SpanReader } from './values.ts'

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
  const countSources = Object.entries(counts) as CountList
  const sources = [
    ...marks,
    ...CACHE_NAMES,
    ...Object.values(texts).flat(),
    ...countSources.flatMap(([, each]) => each),
    ...costs.flatMap(({ amount, currencyKey = [], sourceKey = [] }) =>
      [amount, currencyKey, sourceKey].flat(),
    ),
    ...speed,
    ...alsoReads,
  ]
  return {
    name,
    ...(scopes !== undefined && { scopes }),
    marks,
    keys: [...new Set(sources.map(attributeOf))],
    read: (span) => readOperation(table, countSources, span),
  }
}

type CountList = readonly (readonly [keyof ReportedUsage, readonly Source[]])[]
type Facts = { [Field in keyof Operation]: Operation[Field] | undefined }

function readOperation(
  table: DialectTable,
  countSources: CountList,
  span: SpanFacts,
): Operation | undefined {
  const { texts } = table
  const read = createSpanReader(span)
  const raw = readCounts(read, countSources)
  const named = read.text(texts.requestModel ?? [])
  const [vendor, requestModel] = table.isProviderInModel ? splitVendor(named) : [undefined, named]
  const responseModel = read.text(texts.responseModel ?? [])
  const model = requestModel ?? responseModel
  const operation = read.text(texts.operation ?? [])
  const hasUsage = Object.keys(raw).length > 0
  const claim = table.classify({ span, read, operation, hasModel: model !== undefined, hasUsage })
  if (claim === undefined) return undefined

  const label = read.text(texts.provider ?? []) ?? vendor ?? table.defaultProvider
  const serverAddress = read.text(texts.serverAddress ?? [])
  const provider = resolveProvider({ label, serverAddress, model })
  const emitter: Emitter = {
    scopeName: span.scopeName,
    scopeVersion: span.scopeVersion,
    provider,
    model,
    isSpelledByConvention: CACHE_NAMES.some((key) => span.attribute(key) !== undefined),
  }
  const convention = table.convention?.(emitter) ?? findConvention(emitter)
  const counts = table.derive?.(raw, read) ?? raw
  return omitAbsent({
    dialect: table.name,
    scopeName: span.scopeName === '' ? undefined : span.scopeName,
    scopeVersion: span.scopeVersion === '' ? undefined : span.scopeVersion,
    role: claim.role,
    name: claim.name,
    provider,
    requestModel,
    responseModel,
    responseId: read.text(texts.responseId ?? []),
    serviceTier: readTier(table, read),
    region: readRegion(table, read),
    serverAddress,
    ...(claim.isGuess === true ? { usage: {} } : normalizeUsage(counts, convention)),
    rawUsage: hasUsage ? raw : undefined,
    reportedCost: readFirstCost(read, table.costs ?? []),
    errorType: read.text(texts.errorType ?? []),
  })
}

const CACHE_NAMES = [
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
]

function readCounts(reader: SpanReader, sources: CountList): ReportedUsage {
  const reported: ReportedUsage = {}
  for (const [field, each] of sources) {
    const count = reader.count(each)
    if (count !== undefined) reported[field] = count
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
function readTier({ texts, speed = [] }: DialectTable, read: SpanReader): string | undefined {
  if (read.text(speed) === 'fast') return 'fast'
  const tier = read.text(texts.serviceTier ?? [])?.toLowerCase()
  return tier !== undefined && ORDINARY_TIERS.has(tier) ? 'standard' : tier
}

/** Anthropic says `not_available` where a model is not bound to a geography. */
function readRegion({ texts }: DialectTable, read: SpanReader): string | undefined {
  const region = read.text(texts.region ?? [])
  return region === 'not_available' ? undefined : region
}

const ORDINARY_TIERS: ReadonlySet<string> = new Set(['default', 'auto', 'on_demand', 'standard'])

function omitAbsent(facts: Facts): Operation {
  const present: Record<string, unknown> = {}
  for (const field in facts) {
    const value = facts[field as keyof Operation]
    if (value !== undefined) present[field] = value
  }
  return present as unknown as Operation
}
