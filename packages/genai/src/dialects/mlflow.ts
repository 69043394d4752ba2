import { createDialect, type Claim } from '../create-dialect.ts'
import { GEN_AI_TEXTS } from '../gen-ai.ts'

const TYPE = 'mlflow.spanType'
const USAGE = 'mlflow.chat.tokenUsage'

const TYPES: ReadonlyMap<string, Claim> = new Map<string, Claim>([
  ['CHAT_MODEL', { role: 'leaf', name: 'chat' }],
  ['LLM', { role: 'leaf', name: 'chat' }],
  ['EMBEDDING', { role: 'leaf', name: 'embeddings' }],
  ['RERANKER', { role: 'leaf', name: 'rerank' }],
  ['AGENT', { role: 'container', name: 'invoke_agent' }],
  ['CHAIN', { role: 'container', name: 'invoke_workflow' }],
  ['WORKFLOW', { role: 'container', name: 'invoke_workflow' }],
  ['TASK', { role: 'container', name: 'invoke_workflow' }],
  ['TOOL', { role: 'free', name: 'execute_tool' }],
  ['RETRIEVER', { role: 'free', name: 'retrieval' }],
  ['PARSER', { role: 'free', name: 'parse' }],
])

/** MLflow. All its values are JSON, texts too. Usage contains the cached tokens. From its source. */
export const mlflow = createDialect({
  name: 'mlflow',
  marks: [TYPE],
  texts: {
    provider: ['mlflow.llm.provider#', 'mlflow.llm.provider'],
    requestModel: ['mlflow.llm.model#', 'mlflow.llm.model', ...GEN_AI_TEXTS.requestModel],
    errorType: GEN_AI_TEXTS.errorType,
  },
  counts: {
    input: [`${USAGE}#input_tokens`],
    output: [`${USAGE}#output_tokens`],
    total: [`${USAGE}#total_tokens`],
    cacheRead: [`${USAGE}#cache_read_input_tokens`],
    cacheWrite: [`${USAGE}#cache_creation_input_tokens`],
  },
  costs: [{ amount: 'mlflow.llm.cost#total_cost' }],
  classify: ({ read }) => TYPES.get(read.text([`${TYPE}#`, TYPE])?.toUpperCase() ?? ''),
  convention: () => ({ cache: 'inside', reasoning: 'inside' }),
})
