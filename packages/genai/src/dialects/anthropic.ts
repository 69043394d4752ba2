import {
  ATTR_SPANCOST_RESPONSE_REGION,
  ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  ATTR_SPANCOST_USAGE_WEB_SEARCHES,
} from '../own-attributes.ts'
import { createDialect } from '../create-dialect.ts'
import { GEN_AI, GEN_AI_COUNTS, GEN_AI_TEXTS, classifyGenAi } from '../gen-ai.ts'

/**
 * The spans that Anthropic's SDKs make themselves, and those of the Claude API's server side, which
 * stand below them in the same trace. Cached tokens are inside the input. Read from captures of the
 * TypeScript SDK 1.12.0; of the server's spans only the documentation was there. Our instrumentation
 * puts on the SDK's spans what they lack.
 */
export const anthropic = createDialect({
  name: 'anthropic',
  ...GEN_AI,
  scopes: ['com.anthropic.sdk.*', 'com.anthropic.claude-platform*'],
  texts: {
    ...GEN_AI_TEXTS,
    // Ours comes first: it is only there where the SDK's own leaves out what was billed.
    serviceTier: [
      ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
      'anthropic.response.service_tier',
      ...GEN_AI_TEXTS.serviceTier,
    ],
    region: [ATTR_SPANCOST_RESPONSE_REGION],
  },
  counts: {
    ...GEN_AI_COUNTS,
    cacheWrite5m: ['anthropic.usage.cache_creation.ephemeral_5m_input_tokens'],
    cacheWrite1h: ['anthropic.usage.cache_creation.ephemeral_1h_input_tokens'],
    webSearches: [ATTR_SPANCOST_USAGE_WEB_SEARCHES],
    // Compaction is billed, but the SDK leaves it out of the totals.
    besideInput: ['anthropic.usage.compaction.input_tokens'],
    besideOutput: ['anthropic.usage.compaction.output_tokens'],
  },
  defaultProvider: 'anthropic',
  classify(candidate) {
    const { name } = candidate.span
    // These spans name a model but no operation, and nothing is billed for them.
    if (name.endsWith('.count_tokens')) return { role: 'free', name: 'count_tokens' }
    if (name.includes('.batches.') && !candidate.hasUsage) return { role: 'free', name: 'batches' }
    return classifyGenAi(candidate)
  },
})
