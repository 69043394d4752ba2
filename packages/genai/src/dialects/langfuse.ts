import { createDialect, type Claim } from '../create-dialect.ts'
import { GEN_AI_TEXTS } from '../gen-ai.ts'

const TYPE = 'langfuse.observation.type'
const USAGE = 'langfuse.observation.usage_details'

const TYPES: ReadonlyMap<string, Claim> = new Map<string, Claim>([
  ['generation', { role: 'leaf', name: 'chat' }],
  ['embedding', { role: 'leaf', name: 'embeddings' }],
  ['agent', { role: 'container', name: 'invoke_agent' }],
  ['chain', { role: 'container', name: 'invoke_workflow' }],
  ['tool', { role: 'free', name: 'execute_tool' }],
  ['retriever', { role: 'free', name: 'retrieval' }],
  ['evaluator', { role: 'free', name: 'evaluate' }],
  ['guardrail', { role: 'free', name: 'guardrail' }],
  ['event', { role: 'free', name: 'event' }],
])

/**
 * Langfuse. Its usage is JSON with buckets that do not overlap: `input` is what no other input
 * bucket holds, and so is `output`. It names no provider. Read from its documentation.
 */
export const langfuse = createDialect({
  name: 'langfuse',
  marks: [TYPE],
  texts: {
    ...GEN_AI_TEXTS,
    requestModel: ['langfuse.observation.model.name', ...GEN_AI_TEXTS.requestModel],
  },
  counts: {
    input: [`${USAGE}#input`, `${USAGE}#input_tokens`, `${USAGE}#prompt_tokens`],
    output: [`${USAGE}#output`, `${USAGE}#output_tokens`, `${USAGE}#completion_tokens`],
    cacheRead: [
      `${USAGE}#input_cached_tokens`,
      `${USAGE}#input_cache_read`,
      `${USAGE}#cache_read_input_tokens`,
    ],
    cacheWrite: [
      `${USAGE}#input_cache_creation`,
      `${USAGE}#input_cache_write_tokens`,
      `${USAGE}#cache_creation_input_tokens`,
    ],
    cacheWrite5m: [`${USAGE}#input_cache_creation_5m`],
    cacheWrite1h: [`${USAGE}#input_cache_creation_1h`],
    reasoning: [`${USAGE}#output_reasoning_tokens`, `${USAGE}#output_reasoning`],
    // Audio has buckets of its own too, so it is added to the totals that are to contain it.
    inputAudio: [`${USAGE}#input_audio_tokens`],
    besideInput: [`${USAGE}#input_audio_tokens`],
    outputAudio: [`${USAGE}#output_audio_tokens`],
    besideOutput: [`${USAGE}#output_audio_tokens`],
  },
  costs: [{ amount: 'langfuse.observation.cost_details#total' }],
  classify: ({ read }) => TYPES.get(read.text([TYPE])?.toLowerCase() ?? ''),
  convention: () => ({ cache: 'outside', reasoning: 'outside' }),
})
