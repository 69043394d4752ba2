import { createDialect } from '../create-dialect.ts'
import { GEN_AI, GEN_AI_COUNTS, classifyGenAi } from '../gen-ai.ts'

const METADATA = 'gcp.vertex.agent.llm_response#usage_metadata'

/**
 * Google's Agent Development Kit. Its label `gcp.vertex.agent` is no provider: the model tells.
 * Thoughts stand beside the candidates; what the attributes leave out is in the JSON of the reply,
 * where that is captured. Read from its source.
 */
export const googleAdk = createDialect({
  name: 'google-adk',
  ...GEN_AI,
  scopes: ['gcp.vertex.agent*'],
  counts: {
    ...GEN_AI_COUNTS,
    total: [...GEN_AI_COUNTS.total, `${METADATA}.total_token_count`],
    cacheRead: [...GEN_AI_COUNTS.cacheRead, `${METADATA}.cached_content_token_count`],
    reasoning: [...GEN_AI_COUNTS.reasoning, `${METADATA}.thoughts_token_count`],
  },
  classify(candidate) {
    const { span, operation, hasModel } = candidate
    if (operation !== undefined) return classifyGenAi(candidate)
    if (span.name === 'call_llm') return { role: 'leaf', name: 'generate_content' }
    if (/^(execute_)?tool/.test(span.name)) return { role: 'free', name: 'execute_tool' }
    return hasModel ? classifyGenAi(candidate) : { role: 'container', name: 'invoke_agent' }
  },
})
