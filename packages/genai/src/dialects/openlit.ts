import { createDialect, type Claim } from '../create-dialect.ts'
import { GEN_AI, classifyGenAi } from '../gen-ai.ts'

/** Operations of its own, beyond those of the conventions. */
const OPERATIONS: ReadonlyMap<string, Claim> = new Map<string, Claim>([
  ['vectordb', { role: 'free', name: 'retrieval' }],
  ['memory', { role: 'free', name: 'memory' }],
  ['fine_tuning', { role: 'free', name: 'fine_tuning' }],
  ['execute_task', { role: 'container', name: 'execute_task' }],
])

/**
 * OpenLIT. It passes the provider's raw input on: with OpenAI it contains the cached tokens, with
 * Anthropic not. Its cost is its own estimate, 0 for a model that it does not know. Where a stream
 * brought no usage it counts tokens itself, and nothing on the span tells those from reported ones.
 */
export const openlit = createDialect({
  name: 'openlit',
  ...GEN_AI,
  scopes: ['@openlit/*', 'openlit*'],
  classify(candidate) {
    const claim = OPERATIONS.get(candidate.operation ?? '')
    if (claim !== undefined) return claim
    const call = classifyGenAi(candidate)
    return call?.name === 'embedding' ? { ...call, name: 'embeddings' } : call
  },
})
