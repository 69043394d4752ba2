import { createDialect } from '../create-dialect.ts'
import { GEN_AI, GEN_AI_COUNTS, GEN_AI_MARKS, classifyGenAi } from '../gen-ai.ts'

const AGENT_NAME = 'agent_name'
const AGGREGATED = 'gen_ai.aggregated_usage'

/**
 * Pydantic AI and Logfire. Runs of agents carry the totals of their calls, in newer versions under
 * names of their own; older ones name no operation. Its cost comes from its own table. Read from
 * its source.
 */
export const pydanticAi = createDialect({
  name: 'pydantic-ai',
  ...GEN_AI,
  scopes: ['pydantic-ai*', 'logfire*'],
  marks: [...GEN_AI_MARKS, `${AGGREGATED}.input_tokens`],
  counts: {
    ...GEN_AI_COUNTS,
    input: [...GEN_AI_COUNTS.input, `${AGGREGATED}.input_tokens`],
    output: [...GEN_AI_COUNTS.output, `${AGGREGATED}.output_tokens`],
    cacheRead: [...GEN_AI_COUNTS.cacheRead, `${AGGREGATED}.cache_read.input_tokens`],
    cacheWrite: [...GEN_AI_COUNTS.cacheWrite, `${AGGREGATED}.cache_creation.input_tokens`],
  },
  alsoReads: [AGENT_NAME],
  classify(candidate) {
    const { span, read, operation } = candidate
    const isRun = span.name === 'agent run' || read.text([AGENT_NAME]) !== undefined
    if (operation === undefined && isRun) return { role: 'container', name: 'invoke_agent' }
    return classifyGenAi(candidate)
  },
})
