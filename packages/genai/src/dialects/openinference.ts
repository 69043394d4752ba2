import { isOfScope } from '../conventions.ts'
import {
  createDialect,
  type Candidate,
  type Claim,
  type CountSources,
  type TextSources,
} from '../create-dialect.ts'
import type { CostSource } from '../reported-cost.ts'

const KIND = 'openinference.span.kind'

const KINDS: ReadonlyMap<string, Claim> = new Map<string, Claim>([
  ['LLM', { role: 'leaf', name: 'chat' }],
  ['EMBEDDING', { role: 'leaf', name: 'embeddings' }],
  ['RERANKER', { role: 'leaf', name: 'rerank' }],
  ['AGENT', { role: 'container', name: 'invoke_agent' }],
  ['CHAIN', { role: 'container', name: 'invoke_workflow' }],
  ['GUARDRAIL', { role: 'container', name: 'guardrail' }],
  ['EVALUATOR', { role: 'container', name: 'evaluate' }],
  ['TOOL', { role: 'free', name: 'execute_tool' }],
  ['RETRIEVER', { role: 'free', name: 'retrieval' }],
  ['PROMPT', { role: 'free', name: 'prompt' }],
])

const TEXTS = {
  provider: ['llm.provider', 'llm.system'],
  // What was asked for; `llm.model_name` becomes the model that answered once it is known.
  requestModel: [
    'llm.request.model_name',
    'llm.invocation_parameters#model',
    'llm.model_name',
    'embedding.model_name',
    'reranker.model_name',
  ],
  responseModel: ['llm.response.model_name', 'llm.model_name', 'embedding.model_name'],
  serverAddress: ['server.address'],
  errorType: ['error.type'],
} as const satisfies TextSources

const COUNT = 'llm.token_count'

const COUNTS = {
  input: [`${COUNT}.prompt`],
  output: [`${COUNT}.completion`],
  total: [`${COUNT}.total`],
  cacheRead: [`${COUNT}.prompt_details.cache_read`],
  cacheWrite: [`${COUNT}.prompt_details.cache_write`],
  reasoning: [`${COUNT}.completion_details.reasoning`],
  inputAudio: [`${COUNT}.prompt_details.audio`],
  outputAudio: [`${COUNT}.completion_details.audio`],
} as const satisfies CountSources

const COSTS: readonly CostSource[] = [{ amount: 'llm.cost.total' }]

const BEDROCK = [
  '@arizeai/openinference-instrumentation-bedrock',
  'openinference.instrumentation.bedrock*',
]

/** OpenInference (Arize). The kind of a span says what it is; the usual spans are INTERNAL. */
export const openinference = createDialect({
  name: 'openinference',
  marks: [KIND],
  texts: TEXTS,
  counts: COUNTS,
  costs: COSTS,
  classify(candidate) {
    const isOther = BEDROCK.some((scope) => isOfScope(scope, candidate.span.scopeName))
    return isOther ? undefined : classifyKind(candidate)
  },
})

/**
 * Its Bedrock instrumentation names the vendor where the model belongs, and leaves the cached tokens
 * out of the input, mostly without listing them. Requests and replies are on the span as well, unless
 * they are masked: the model, the tier and, where the reply was not too long, the cached tokens are
 * read from them.
 */
export const openinferenceBedrock = createDialect({
  name: 'openinference-bedrock',
  scopes: BEDROCK,
  marks: [KIND],
  texts: {
    ...TEXTS,
    requestModel: ['input.value#modelId', 'llm.request.model_name', 'llm.model_name'],
    responseModel: ['llm.response.model_name', 'output.value#model'],
    serviceTier: ['output.value#serviceTier.type'],
  },
  counts: {
    ...COUNTS,
    cacheRead: [...COUNTS.cacheRead, 'output.value#usage.cacheReadInputTokens'],
    cacheWrite: [...COUNTS.cacheWrite, 'output.value#usage.cacheWriteInputTokens'],
    cacheWrite5m: ['output.value#usage.cacheDetails.ttl=5m.inputTokens'],
    cacheWrite1h: ['output.value#usage.cacheDetails.ttl=1h.inputTokens'],
  },
  costs: COSTS,
  defaultProvider: 'aws.bedrock',
  classify: classifyKind,
})

function classifyKind({ read }: Candidate): Claim | undefined {
  const kind = read.text([KIND])?.toUpperCase()
  return kind === undefined ? undefined : KINDS.get(kind)
}
