import type { Convention } from './normalize-usage.ts'
import { remember } from './remember.ts'

/** Who counted: the instrumentation, and the provider whose figures it passed on. */
export interface Emitter {
  readonly scopeName: string
  readonly scopeVersion: string
  readonly provider: string | undefined
  readonly model: string | undefined
  /** Whether it spells the cache attributes as the conventions do since they have them (1.40). */
  readonly isSpelledByConvention: boolean
}

/**
 * - `inside`, `outside`: the emitter sees to it, whoever the provider is.
 * - `raw`: the provider's own figures are passed on.
 * - `unknown`: raw at times, or not known; only matters where the provider counts apart.
 */
type Manner = 'inside' | 'outside' | 'raw' | 'unknown'

interface Row {
  readonly cache: Manner
  /** Absent: inside. */
  readonly reasoning?: Manner
  /** The first version that the row is not about. */
  readonly before?: string
}

/**
 * How instrumentations count, by scope: exact names, or prefixes that end in `*`. The first row that
 * fits is taken. Names of attributes do not tell: the same pair of keys contains the cached tokens
 * from one scope and leaves them out from the next.
 */
const ROWS: readonly (readonly [string, Row])[] = [
  ['com.anthropic.*', { cache: 'inside' }],
  ['@spancost/*', { cache: 'inside' }],

  // OpenLLMetry. The captured 0.27.0 still leaves them out; the source has added them since.
  ['@traceloop/instrumentation-anthropic', { cache: 'outside', before: '0.27.1' }],
  ['@traceloop/instrumentation-anthropic', { cache: 'inside' }],
  ['@traceloop/instrumentation-bedrock', { cache: 'outside' }],
  ['@traceloop/instrumentation-langchain', { cache: 'unknown' }],
  ['@traceloop/*', { cache: 'raw', reasoning: 'raw' }],
  ['opentelemetry.instrumentation.anthropic*', { cache: 'inside' }],
  ['opentelemetry.instrumentation.bedrock*', { cache: 'outside' }],
  ['opentelemetry.instrumentation.langchain*', { cache: 'unknown' }],
  ['opentelemetry.instrumentation.*', { cache: 'raw', reasoning: 'raw' }],

  ['@opentelemetry/instrumentation-*', { cache: 'raw' }],
  ['@elastic/opentelemetry-instrumentation-openai', { cache: 'raw' }],
  ['openlit*', { cache: 'raw', reasoning: 'raw' }],
  ['@openlit/*', { cache: 'raw', reasoning: 'raw' }],

  // OpenInference.
  ['@arizeai/openinference-instrumentation-anthropic', { cache: 'unknown', before: '0.2.8' }],
  ['@arizeai/openinference-instrumentation-anthropic', { cache: 'inside' }],
  ['openinference.instrumentation.anthropic*', { cache: 'inside' }],
  ['@arizeai/openinference-instrumentation-bedrock', { cache: 'outside' }],
  ['openinference.instrumentation.bedrock*', { cache: 'outside' }],

  // Vercel: version 6 and later normalize, and tell it by more attributes than these.
  ['ai', { cache: 'raw' }],
  ['gen_ai', { cache: 'inside' }],

  ['litellm*', { cache: 'inside' }],
  ['pydantic-ai*', { cache: 'inside' }],
  ['logfire*', { cache: 'inside' }],
  ['gemini-cli*', { cache: 'inside', reasoning: 'outside' }],
  ['gcp.vertex.agent*', { cache: 'inside', reasoning: 'outside' }],
  ['strands*', { cache: 'raw' }],
  ['@strands-agents/*', { cache: 'raw' }],
  ['@aws/*', { cache: 'raw' }],
  ['agent_framework*', { cache: 'raw' }],
  ['Experimental.Microsoft.*', { cache: 'raw' }],
  ['Microsoft.SemanticKernel*', { cache: 'raw' }],
  ['semantic_kernel*', { cache: 'raw' }],
  ['@azure*', { cache: 'inside' }],
  ['azure.ai.*', { cache: 'inside' }],
  ['amazon.opentelemetry.*', { cache: 'raw' }],
  ['org.springframework.*', { cache: 'raw' }],
  ['@sentry/*', { cache: 'inside' }],
  ['sentry*', { cache: 'inside' }],
]

/**
 * The names of the cache attributes came into the conventions together with the rule that input
 * contains the cached tokens. A stranger who spells them so is taken at his word, all others not.
 */
const STRANGER_BY_CONVENTION: Row = { cache: 'inside' }
const STRANGER: Row = { cache: 'unknown' }

/** How an emitter counts. It is asked only where the figures themselves do not tell. */
export function findConvention(emitter: Emitter): Convention {
  return settleManner(findRow(emitter), emitter)
}

/** What a row means for one provider; `raw` and `unknown` only differ for those that count apart. */
function settleManner(row: Row, emitter: Emitter): Convention {
  const { cache, reasoning = 'inside' } = row
  const isRaw = reasoning === 'raw'
  return {
    cache: cache === 'raw' || cache === 'unknown' ? settleCache(cache, emitter) : cache,
    reasoning: isRaw ? rawReasoning(emitter) : reasoning,
  }
}

function findRow({ scopeName, scopeVersion, isSpelledByConvention }: Emitter): Row {
  const found = rowsOf(scopeName).find(
    ({ before }) => before === undefined || isEarlier(scopeVersion, before),
  )
  return found ?? (isSpelledByConvention ? STRANGER_BY_CONVENTION : STRANGER)
}

/** Those of a scope, for all its versions. */
const rowsOf = remember((scopeName): readonly Row[] =>
  ROWS.flatMap(([scope, row]) => (isOfScope(scope, scopeName) ? [row] : [])),
)

/** Whether a scope is the one that is named, or begins like it where the name ends in `*`. */
export function isOfScope(pattern: string, scopeName: string): boolean {
  return pattern.endsWith('*') ? scopeName.startsWith(pattern.slice(0, -1)) : scopeName === pattern
}

/** Anthropic and Bedrock count cached tokens beside the input; all others count them in. */
function settleCache(manner: 'raw' | 'unknown', emitter: Emitter): Convention['cache'] {
  if (!isCountedApart(emitter)) return 'inside'
  return manner === 'raw' ? 'outside' : 'unknown'
}

function isCountedApart({ provider, model = '' }: Emitter): boolean {
  if (provider === 'anthropic' || provider === 'aws.bedrock') return true
  const isCarrier =
    provider === undefined || provider.startsWith('gcp.') || provider.startsWith('azure.')
  return isCarrier && model.includes('claude')
}

/** Gemini counts thoughts beside the candidates; xAI's chat API does, its newer API does not. */
function rawReasoning({ provider = '', model = '' }: Emitter): Convention['reasoning'] {
  if (provider.startsWith('gcp.') && !model.includes('claude')) return 'outside'
  return provider === 'x_ai' ? 'unknown' : 'inside'
}

/** Compares the numbers of versions, left to right. A scope without a version is not earlier. */
function isEarlier(version: string, than: string): boolean {
  if (version === '') return false
  const left = version.split(/[.+-]/).map(Number)
  const right = than.split('.').map(Number)
  for (const [index, number] of right.entries()) {
    const other = left[index] ?? 0
    if (other !== number) return other < number
  }
  return false
}
