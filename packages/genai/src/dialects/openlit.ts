import { createDialect } from '../create-dialect.ts'
import {
  classifyGenAi,
  GEN_AI_COSTS,
  GEN_AI_COUNTS,
  GEN_AI_MARKS,
  GEN_AI_TEXTS,
} from '../gen-ai.ts'

/**
 * OpenLIT. It passes the provider's raw input on: with OpenAI it contains the cached tokens, with
 * Anthropic not. Its cost is its own estimate, 0 for a model that it does not know. Where a stream
 * brought no usage it counts tokens itself, and nothing on the span tells those from reported ones.
 */
export const openlit = createDialect({
  name: 'openlit',
  scopes: ['@openlit/*', 'openlit*'],
  marks: GEN_AI_MARKS,
  texts: GEN_AI_TEXTS,
  counts: GEN_AI_COUNTS,
  costs: GEN_AI_COSTS,
  classify(candidate) {
    if (candidate.operation === 'vectordb') return { role: 'free', name: 'retrieval' }
    const call = classifyGenAi(candidate)
    return call?.name === 'embedding' ? { ...call, name: 'embeddings' } : call
  },
})
