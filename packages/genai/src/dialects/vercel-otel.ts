import { createDialect } from '../create-dialect.ts'
import { GEN_AI, GEN_AI_COUNTS, GEN_AI_TEXTS, classifyGenAi } from '../gen-ai.ts'

/** Operations whose span stands twice, above without usage and below with it. */
const DOUBLED: ReadonlySet<string> = new Set(['embeddings', 'rerank', 'decide'])

/** On the span only where the application asked for it. */
const ANTHROPIC = 'ai.response.providerMetadata#anthropic.usage'

/**
 * Vercel's AI SDK 7 with `@ai-sdk/otel`: plain conventions, cached tokens inside the input. Its
 * roots (`invoke_agent`) repeat the usage, and media operations put the provider's own counters
 * behind `gen_ai.usage.`.
 */
export const vercelOtel = createDialect({
  name: 'vercel-ai-otel',
  ...GEN_AI,
  scopes: ['gen_ai'],
  texts: {
    ...GEN_AI_TEXTS,
    serviceTier: [
      'ai.response.providerMetadata#openai.serviceTier',
      `${ANTHROPIC}.service_tier`,
      ...GEN_AI_TEXTS.serviceTier,
    ],
    region: [`${ANTHROPIC}.inference_geo`],
  },
  speed: [`${ANTHROPIC}.speed`],
  counts: {
    ...GEN_AI_COUNTS,
    uncachedInput: ['ai.usage.inputTokenDetails.noCacheTokens'],
    cacheWrite5m: [`${ANTHROPIC}.cache_creation.ephemeral_5m_input_tokens`],
    cacheWrite1h: [`${ANTHROPIC}.cache_creation.ephemeral_1h_input_tokens`],
    reasoning: [...GEN_AI_COUNTS.reasoning, 'ai.usage.outputTokenDetails.reasoningTokens'],
    webSearches: [`${ANTHROPIC}.server_tool_use.web_search_requests`],
    characters: ['gen_ai.usage.characters'],
    audioSeconds: ['gen_ai.usage.seconds'],
  },
  classify(candidate) {
    const { operation = '', hasUsage } = candidate
    if (DOUBLED.has(operation) && !hasUsage) return { role: 'container', name: operation }
    return classifyGenAi(candidate)
  },
})
