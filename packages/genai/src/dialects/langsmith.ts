import { createDialect, type Claim } from '../create-dialect.ts'
import { GEN_AI_COSTS, GEN_AI_COUNTS, GEN_AI_TEXTS } from '../gen-ai.ts'

const KIND = 'langsmith.span.kind'
const METADATA = 'langsmith.usage_metadata'

const KINDS: ReadonlyMap<string, Claim> = new Map<string, Claim>([
  ['llm', { role: 'leaf', name: 'chat' }],
  ['embedding', { role: 'leaf', name: 'embeddings' }],
  ['chain', { role: 'container', name: 'invoke_workflow' }],
  ['tool', { role: 'free', name: 'execute_tool' }],
  ['retriever', { role: 'free', name: 'retrieval' }],
  ['prompt', { role: 'free', name: 'prompt' }],
  ['parser', { role: 'free', name: 'parse' }],
])

/**
 * LangSmith's exporter. LangChain's usage contains the cached tokens, whoever the provider is; the
 * details are JSON. Read from its source.
 */
export const langsmith = createDialect({
  name: 'langsmith',
  marks: [KIND],
  texts: GEN_AI_TEXTS,
  counts: {
    ...GEN_AI_COUNTS,
    input: [...GEN_AI_COUNTS.input, `${METADATA}#input_tokens`],
    output: [...GEN_AI_COUNTS.output, `${METADATA}#output_tokens`],
    total: [...GEN_AI_COUNTS.total, `${METADATA}#total_tokens`],
    cacheRead: [...GEN_AI_COUNTS.cacheRead, `${METADATA}#input_token_details.cache_read`],
    cacheWrite: [...GEN_AI_COUNTS.cacheWrite, `${METADATA}#input_token_details.cache_creation`],
    reasoning: [...GEN_AI_COUNTS.reasoning, `${METADATA}#output_token_details.reasoning`],
  },
  costs: [...GEN_AI_COSTS, { amount: `${METADATA}#total_cost` }],
  classify: ({ read }) => KINDS.get(read.text([KIND])?.toLowerCase() ?? ''),
  convention: () => ({ cache: 'inside', reasoning: 'inside' }),
})
