import { createDialect } from '../create-dialect.ts'
import {
  classifyGenAi,
  GEN_AI_COSTS,
  GEN_AI_COUNTS,
  GEN_AI_MARKS,
  GEN_AI_TEXTS,
} from '../gen-ai.ts'

/**
 * Strands Agents. The provider is always `strands-agents`, so the model tells who it is: ids of
 * Bedrock mostly. Counts are the provider's own. Agents repeat the usage of their whole life, and
 * the cycles of the event loop that of their calls. Read from its source.
 */
export const strands = createDialect({
  name: 'strands',
  scopes: ['strands*', '@strands-agents/*'],
  marks: GEN_AI_MARKS,
  texts: GEN_AI_TEXTS,
  counts: GEN_AI_COUNTS,
  costs: GEN_AI_COSTS,
  classify(candidate) {
    const isCycle = candidate.span.name.startsWith('execute_event_loop_cycle')
    return isCycle ? { role: 'container', name: 'agent_step' } : classifyGenAi(candidate)
  },
})
