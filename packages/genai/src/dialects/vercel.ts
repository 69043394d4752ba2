import { findConvention } from '../conventions.ts'
import { createDialect, type Claim } from '../create-dialect.ts'
import { GEN_AI_TEXTS } from '../gen-ai.ts'

const OPERATION = 'ai.operationId'
const METADATA = 'ai.response.providerMetadata'
const ANTHROPIC = `${METADATA}#anthropic.usage`
const DETAILS = 'ai.usage.inputTokenDetails'

/** Calls without a `.do*` span below them. */
const MEDIA: ReadonlyMap<string, string> = new Map([
  ['ai.generateImage', 'image_generation'],
  ['ai.generateSpeech', 'speech'],
  ['ai.generateVideo', 'video_generation'],
  ['ai.transcribe', 'transcription'],
])

/**
 * Vercel's AI SDK 4 to 6, and 7 with its legacy telemetry. Each call has a root
 * (`ai.generateText`), which repeats the usage of its steps or of the last one, and a
 * `.do*` span for each request. Version 6 and later count cached tokens in, and list the uncached
 * ones, which proves it; before, Anthropic's and Bedrock's input came through raw. What only the
 * provider knows (tier, lifetimes, searches, what a gateway billed) is JSON on the span.
 */
export const vercel = createDialect({
  name: 'vercel-ai',
  marks: [OPERATION],
  texts: {
    operation: [OPERATION],
    provider: ['ai.model.provider', ...GEN_AI_TEXTS.provider],
    requestModel: ['ai.model.id', ...GEN_AI_TEXTS.requestModel],
    responseModel: ['ai.response.model', ...GEN_AI_TEXTS.responseModel],
    responseId: ['ai.response.id', ...GEN_AI_TEXTS.responseId],
    serviceTier: [
      `${METADATA}#openai.serviceTier`,
      `${METADATA}#azure.serviceTier`,
      `${ANTHROPIC}.service_tier`,
    ],
    region: [`${ANTHROPIC}.inference_geo`],
    errorType: GEN_AI_TEXTS.errorType,
  },
  counts: {
    input: [
      'ai.usage.inputTokens',
      'ai.usage.promptTokens',
      'ai.usage.input_tokens',
      'ai.usage.tokens',
      'gen_ai.usage.input_tokens',
    ],
    output: [
      'ai.usage.outputTokens',
      'ai.usage.completionTokens',
      'ai.usage.output_tokens',
      'gen_ai.usage.output_tokens',
    ],
    total: ['ai.usage.totalTokens', 'ai.usage.total_tokens'],
    uncachedInput: [`${DETAILS}.noCacheTokens`],
    cacheRead: [
      `${DETAILS}.cacheReadTokens`,
      'ai.usage.cachedInputTokens',
      `${ANTHROPIC}.cache_read_input_tokens`,
    ],
    cacheWrite: [
      `${DETAILS}.cacheWriteTokens`,
      `${ANTHROPIC}.cache_creation_input_tokens`,
      `${METADATA}#anthropic.cacheCreationInputTokens`,
      `${METADATA}#bedrock.usage.cacheWriteInputTokens`,
    ],
    cacheWrite5m: [`${ANTHROPIC}.cache_creation.ephemeral_5m_input_tokens`],
    cacheWrite1h: [`${ANTHROPIC}.cache_creation.ephemeral_1h_input_tokens`],
    reasoning: ['ai.usage.outputTokenDetails.reasoningTokens', 'ai.usage.reasoningTokens'],
    inputAudio: ['ai.usage.input_token_details.audio_tokens'],
    webSearches: [`${ANTHROPIC}.server_tool_use.web_search_requests`],
    audioSeconds: ['ai.usage.seconds'],
    characters: ['ai.usage.characters'],
  },
  speed: [`${ANTHROPIC}.speed`],
  costs: [
    { amount: `${METADATA}#openrouter.usage.cost`, source: 'provider' },
    { amount: `${METADATA}#gateway.cost`, source: 'provider' },
    { amount: `${METADATA}#xai.costInUsdTicks`, source: 'provider', scale: 10 },
  ],
  classify: ({ operation }) => (operation === undefined ? undefined : classify(operation)),
  // Applications may hand in a tracer of their own, so the scope need not be `ai`.
  convention: (emitter) => findConvention({ ...emitter, scopeName: 'ai' }),
})

function classify(operation: string): Claim {
  const [, request] = /\.do([A-Z]\w*)$/.exec(operation) ?? []
  if (request === 'Embed') return { role: 'leaf', name: 'embeddings' }
  if (request === 'Rerank') return { role: 'leaf', name: 'rerank' }
  if (request !== undefined) return { role: 'leaf', name: 'chat' }
  if (operation === 'ai.toolCall') return { role: 'free', name: 'execute_tool' }
  const media = MEDIA.get(operation)
  if (media !== undefined) return { role: 'leaf', name: media }
  const isEmbedding = operation.startsWith('ai.embed')
  return { role: 'container', name: isEmbedding ? 'embeddings' : 'invoke_agent' }
}
