import {
  ATTR_GEN_AI_OPENAI_RESPONSE_SERVICE_TIER,
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_ID,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_SYSTEM,
  ATTR_GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_COMPLETION_TOKENS,
  ATTR_GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_IMAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_PROMPT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
  ATTR_OPENAI_RESPONSE_SERVICE_TIER,
} from './attributes.ts'
import type { Candidate, Claim, CountSources, DialectTable, TextSources } from './create-dialect.ts'
import type { Role } from './operation.ts'
import type { CostSource } from './reported-cost.ts'

/**
 * The attributes that most dialects share: those of the OpenTelemetry conventions, 1.26 to today
 * (semantic-conventions-genai, 2026-08-03), and behind them the spellings that others made of them.
 * Newer names stand before older ones.
 */
export const GEN_AI_MARKS: readonly string[] = [
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_SYSTEM,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_PROMPT_TOKENS,
  ATTR_GEN_AI_USAGE_COMPLETION_TOKENS,
]

export const GEN_AI_TEXTS = {
  operation: [ATTR_GEN_AI_OPERATION_NAME],
  provider: [ATTR_GEN_AI_PROVIDER_NAME, ATTR_GEN_AI_SYSTEM],
  requestModel: [ATTR_GEN_AI_REQUEST_MODEL],
  responseModel: [ATTR_GEN_AI_RESPONSE_MODEL],
  responseId: [ATTR_GEN_AI_RESPONSE_ID],
  serviceTier: [
    ATTR_OPENAI_RESPONSE_SERVICE_TIER,
    ATTR_GEN_AI_OPENAI_RESPONSE_SERVICE_TIER,
    'gen_ai.response.service_tier',
  ],
  serverAddress: ['server.address'],
  errorType: ['error.type'],
} as const satisfies TextSources

const USAGE = 'gen_ai.usage'

export const GEN_AI_COUNTS = {
  input: [
    ATTR_GEN_AI_USAGE_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_PROMPT_TOKENS,
    'llm.usage.prompt_tokens',
  ],
  output: [
    ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
    ATTR_GEN_AI_USAGE_COMPLETION_TOKENS,
    'llm.usage.completion_tokens',
  ],
  total: [`${USAGE}.total_tokens`, 'llm.usage.total_tokens'],
  cacheRead: [
    ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    `${USAGE}.cache_read_input_tokens`,
    `${USAGE}.input_tokens.cached`,
    `${USAGE}.details.cache_read_tokens`,
    `${USAGE}.prompt_tokens_details.cache_read`,
    `${USAGE}.input_token_details#cache_read`,
  ],
  cacheWrite: [
    ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
    `${USAGE}.cache_creation_input_tokens`,
    `${USAGE}.cache_write_input_tokens`,
    `${USAGE}.input_tokens.cache_write`,
    `${USAGE}.details.cache_write_tokens`,
    `${USAGE}.prompt_tokens_details.cache_write`,
    `${USAGE}.input_token_details#cache_creation`,
  ],
  reasoning: [
    ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    `${USAGE}.reasoning_tokens`,
    'llm.usage.reasoning_tokens',
    `${USAGE}.output_tokens.reasoning`,
    `${USAGE}.details.reasoning_tokens`,
    `${USAGE}.output_token_details#reasoning`,
  ],
  inputAudio: [
    ATTR_GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
    `${USAGE}.input_audio_tokens`,
    `${USAGE}.input_token_details.audio_tokens`,
    `${USAGE}.details.input_audio_tokens`,
    `${USAGE}.input_token_details#audio`,
  ],
  cacheReadAudio: [ATTR_GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS],
  outputAudio: [
    ATTR_GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
    `${USAGE}.output_audio_tokens`,
    `${USAGE}.details.output_audio_tokens`,
    `${USAGE}.completion_tokens_details.audio`,
    `${USAGE}.output_token_details#audio`,
  ],
  inputImage: [ATTR_GEN_AI_USAGE_IMAGE_INPUT_TOKENS],
  cacheReadImage: [ATTR_GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS],
  outputImage: [ATTR_GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS],
} as const satisfies CountSources

/**
 * The proposed conventions say whose figure a cost is. Of the others, OpenRouter broadcasts what it
 * billed; OpenLIT, LiteLLM and Pydantic AI compute theirs from a table.
 */
export const GEN_AI_COSTS: readonly CostSource[] = [
  {
    amount: `${USAGE}.cost.amount`,
    currencyKey: `${USAGE}.cost.currency`,
    sourceKey: `${USAGE}.cost.source`,
  },
  { amount: `${USAGE}.total_cost`, source: 'provider' },
  { amount: 'gen_ai.cost.total_cost' },
  { amount: 'operation.cost' },
  { amount: `${USAGE}.cost` },
]

const ROLES: ReadonlyMap<string, Role> = new Map([
  ['chat', 'leaf'],
  ['generate_content', 'leaf'],
  ['text_completion', 'leaf'],
  ['embeddings', 'leaf'],
  ['invoke_agent', 'container'],
  ['invoke_workflow', 'container'],
  // Not of the conventions: AI SDK 7, Spring AI, a slip in some versions.
  ['agent_step', 'container'],
  ['framework', 'container'],
  ['gen_ai.invoke_agent', 'container'],
  ['create_agent', 'free'],
  ['plan', 'free'],
  ['execute_tool', 'free'],
  ['retrieval', 'free'],
  ['fetch_response', 'free'],
  ['count_tokens', 'free'],
  ['search_memory', 'free'],
  ['create_memory', 'free'],
  ['update_memory', 'free'],
  ['upsert_memory', 'free'],
  ['delete_memory', 'free'],
  ['create_memory_store', 'free'],
  ['delete_memory_store', 'free'],
])

/**
 * By the operation's name. Before 1.27 a span named none, and custom names are allowed: what has a
 * model or usage may have cost something, so it is a leaf; one that only names a provider is no call.
 */
export function classifyGenAi({ operation, hasModel, hasUsage }: Candidate): Claim | undefined {
  if (operation === undefined && !hasModel && !hasUsage) return undefined
  const name = operation ?? 'chat'
  return { name, role: ROLES.get(name) ?? (hasUsage || hasModel ? 'leaf' : 'free') }
}

/** A dialect that is read like the conventions; it lays its own over them. */
export const GEN_AI = {
  marks: GEN_AI_MARKS,
  texts: GEN_AI_TEXTS,
  counts: GEN_AI_COUNTS,
  costs: GEN_AI_COSTS,
  classify: classifyGenAi,
} as const satisfies Omit<DialectTable, 'name'>
