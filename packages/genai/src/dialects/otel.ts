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
} from '../attributes.ts'
import type { Dialect, Operation, Role, SpanFacts } from '../operation.ts'
import type { Usage } from '../usage.ts'
import { readCount, readText } from '../values.ts'

/**
 * The OpenTelemetry GenAI conventions, 1.26 to today (semantic-conventions-genai, 2026-08-03).
 * Where two generations of a name stand on one span, the newer one is read and nothing is summed.
 */
export const otel: Dialect = {
  name: 'otel',
  marks: [
    ATTR_GEN_AI_OPERATION_NAME,
    ATTR_GEN_AI_PROVIDER_NAME,
    ATTR_GEN_AI_SYSTEM,
    ATTR_GEN_AI_USAGE_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
    ATTR_GEN_AI_USAGE_PROMPT_TOKENS,
    ATTR_GEN_AI_USAGE_COMPLETION_TOKENS,
  ],
  keys: [
    ATTR_GEN_AI_OPERATION_NAME,
    ATTR_GEN_AI_PROVIDER_NAME,
    ATTR_GEN_AI_SYSTEM,
    ATTR_GEN_AI_REQUEST_MODEL,
    ATTR_GEN_AI_RESPONSE_MODEL,
    ATTR_GEN_AI_RESPONSE_ID,
    ATTR_OPENAI_RESPONSE_SERVICE_TIER,
    ATTR_GEN_AI_OPENAI_RESPONSE_SERVICE_TIER,
    ATTR_GEN_AI_USAGE_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_PROMPT_TOKENS,
    ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
    ATTR_GEN_AI_USAGE_COMPLETION_TOKENS,
    ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
    ATTR_GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
    ATTR_GEN_AI_USAGE_IMAGE_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS,
    ATTR_GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS,
    'server.address',
    'error.type',
  ],
  read: readOperation,
}

const ROLES: ReadonlyMap<string, Role> = new Map([
  ['chat', 'leaf'],
  ['generate_content', 'leaf'],
  ['text_completion', 'leaf'],
  ['embeddings', 'leaf'],
  ['invoke_agent', 'container'],
  ['invoke_workflow', 'container'],
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

/** Old spellings of `gen_ai.system` (conventions 1.35 and 1.37). The others did not change. */
const RENAMED_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['az.ai.inference', 'azure.ai.inference'],
  ['az.ai.openai', 'azure.ai.openai'],
  ['vertex_ai', 'gcp.vertex_ai'],
  ['gemini', 'gcp.gemini'],
  ['xai', 'x_ai'],
])

function readOperation(span: SpanFacts): Operation | undefined {
  const { usage, inclusive } = readUsage(span)
  const requestModel = readText(span, ATTR_GEN_AI_REQUEST_MODEL)
  const responseModel = readText(span, ATTR_GEN_AI_RESPONSE_MODEL)
  const responseId = readText(span, ATTR_GEN_AI_RESPONSE_ID)
  const provider = readText(span, ATTR_GEN_AI_PROVIDER_NAME) ?? readText(span, ATTR_GEN_AI_SYSTEM)
  const hasUsage = Object.keys(usage).length > 0
  const hasModel = requestModel !== undefined || responseModel !== undefined

  // Before 1.27 a span named no operation, and custom names are allowed: what has a model or usage
  // may have cost something, so it is a leaf; a span that only names a provider is not a call.
  const named = readText(span, ATTR_GEN_AI_OPERATION_NAME)
  if (named === undefined && !hasModel && !hasUsage) return undefined
  const name = named ?? 'chat'
  const role = ROLES.get(name) ?? (hasUsage || hasModel ? 'leaf' : 'free')

  const serviceTier = readServiceTier(span)
  const serverAddress = readText(span, 'server.address')
  const errorType = readText(span, 'error.type')
  return {
    dialect: otel.name,
    role,
    name,
    ...(provider !== undefined && { provider: normalizeProvider(provider) }),
    ...(requestModel !== undefined && { requestModel }),
    ...(responseModel !== undefined && { responseModel }),
    ...(responseId !== undefined && { responseId }),
    ...(serviceTier !== undefined && { serviceTier }),
    ...(serverAddress !== undefined && { serverAddress }),
    usage,
    ...(inclusive !== undefined && { inclusive }),
    ...(errorType !== undefined && { errorType }),
  }
}

function normalizeProvider(provider: string): string {
  const lower = provider.trim().toLowerCase()
  return RENAMED_PROVIDERS.get(lower) ?? lower
}

/** The tier that served the call, never the one that was asked for. */
function readServiceTier(span: SpanFacts): string | undefined {
  const tier =
    readText(span, ATTR_OPENAI_RESPONSE_SERVICE_TIER) ??
    readText(span, ATTR_GEN_AI_OPENAI_RESPONSE_SERVICE_TIER)
  return tier === 'default' || tier === 'auto' ? 'standard' : tier
}

/**
 * Since 1.40, which brought the names of the cache attributes, cached tokens are part of
 * `input_tokens` and reasoning is part of `output_tokens`. Where the figures say that they cannot
 * be (a part larger than its total), the emitter left them out, and they are added.
 */
function readUsage(span: SpanFacts): { usage: Usage; inclusive: boolean | undefined } {
  const usage: Usage = {}
  const cacheRead = readCount(span, ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS)
  const cacheWrite =
    readCount(span, ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS) ??
    readCount(span, ATTR_GEN_AI_USAGE_CACHE_CREATION_INPUT_TOKENS)
  const audio = readCount(span, ATTR_GEN_AI_USAGE_AUDIO_INPUT_TOKENS)
  const cachedAudio = readCount(span, ATTR_GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS)
  const image = readCount(span, ATTR_GEN_AI_USAGE_IMAGE_INPUT_TOKENS)
  const cachedImage = readCount(span, ATTR_GEN_AI_USAGE_IMAGE_CACHE_READ_INPUT_TOKENS) ?? 0

  // The conventions' subsets overlap (`audio.cache_read` lies in `audio` and in `cache_read`); ours
  // do not. Cached image tokens stay with the other cached ones: usage has no place of their own.
  if (cacheRead !== undefined) usage.cacheReadTokens = cacheRead - (cachedAudio ?? 0)
  if (cacheWrite !== undefined) usage.cacheWrite5mTokens = cacheWrite
  if (audio !== undefined) usage.inputAudioTokens = audio - (cachedAudio ?? 0)
  if (cachedAudio !== undefined) usage.cacheReadAudioTokens = cachedAudio
  if (image !== undefined) usage.inputImageTokens = image - cachedImage

  let inclusive: boolean | undefined
  const input =
    readCount(span, ATTR_GEN_AI_USAGE_INPUT_TOKENS) ??
    readCount(span, ATTR_GEN_AI_USAGE_PROMPT_TOKENS)
  if (input !== undefined) {
    const cached = (cacheRead ?? 0) + (cacheWrite ?? 0)
    if (cached > 0) inclusive = input >= cached
    usage.inputTokens = inclusive === false ? input + cached : input
  }

  const output =
    readCount(span, ATTR_GEN_AI_USAGE_OUTPUT_TOKENS) ??
    readCount(span, ATTR_GEN_AI_USAGE_COMPLETION_TOKENS)
  const reasoning = readCount(span, ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS)
  const outputAudio = readCount(span, ATTR_GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS)
  const outputImage = readCount(span, ATTR_GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS)
  if (reasoning !== undefined) usage.reasoningTokens = reasoning
  if (outputAudio !== undefined) usage.outputAudioTokens = outputAudio
  if (outputImage !== undefined) usage.outputImageTokens = outputImage
  if (output !== undefined) {
    const outside = reasoning !== undefined && reasoning > output
    usage.outputTokens = outside ? output + reasoning : output
  }
  return { usage, inclusive }
}
