import { createDialect } from '../create-dialect.ts'
import { GEN_AI, classifyGenAi } from '../gen-ai.ts'

/**
 * Strands Agents. The provider is always `strands-agents`, so the model tells who it is: ids of
 * Bedrock mostly. Counts are the provider's own. Agents repeat the usage of their whole life, and
 * the cycles of the event loop that of their calls. Read from its source.
 */
export const strands = createDialect({
  name: 'strands',
  ...GEN_AI,
  scopes: ['strands*', '@strands-agents/*'],
  classify(candidate) {
    const isCycle = candidate.span.name.startsWith('execute_event_loop_cycle')
    return isCycle ? { role: 'container', name: 'agent_step' } : classifyGenAi(candidate)
  },
})
