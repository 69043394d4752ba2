import { createDialect } from '../create-dialect.ts'
import { classifyGenAi, GEN_AI_COSTS, GEN_AI_COUNTS, GEN_AI_TEXTS } from '../gen-ai.ts'

const TURN = 'codex.turn.token_usage'

/**
 * Codex CLI. `handle_responses` has the usage of one request, but not its model, which stands on a
 * sibling; `session_task.turn` has the sums of a turn. Counted as OpenAI does. Read from its source.
 */
export const codex = createDialect({
  name: 'codex',
  marks: ['codex.usage.total_tokens', `${TURN}.total_tokens`],
  texts: { ...GEN_AI_TEXTS, requestModel: [...GEN_AI_TEXTS.requestModel, 'model'] },
  counts: {
    ...GEN_AI_COUNTS,
    input: [...GEN_AI_COUNTS.input, `${TURN}.input_tokens`],
    output: [...GEN_AI_COUNTS.output, `${TURN}.output_tokens`],
    total: [...GEN_AI_COUNTS.total, 'codex.usage.total_tokens', `${TURN}.total_tokens`],
    cacheRead: [...GEN_AI_COUNTS.cacheRead, `${TURN}.cached_input_tokens`],
    reasoning: [
      ...GEN_AI_COUNTS.reasoning,
      'codex.usage.reasoning_output_tokens',
      `${TURN}.reasoning_output_tokens`,
    ],
  },
  costs: GEN_AI_COSTS,
  defaultProvider: 'openai',
  classify(candidate) {
    const isTurn = candidate.span.name === 'session_task.turn'
    return isTurn ? { role: 'container', name: 'invoke_agent' } : classifyGenAi(candidate)
  },
  convention: () => ({ cache: 'inside', reasoning: 'inside' }),
})
