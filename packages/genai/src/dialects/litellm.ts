import { createDialect } from '../create-dialect.ts'
import {
  classifyGenAi,
  GEN_AI_COSTS,
  GEN_AI_COUNTS,
  GEN_AI_MARKS,
  GEN_AI_TEXTS,
} from '../gen-ai.ts'

/** LiteLLM names calls after its functions. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['completion', 'chat'],
  ['acompletion', 'chat'],
  ['responses', 'chat'],
  ['aresponses', 'chat'],
  ['anthropic_messages', 'chat'],
  ['text_completion', 'text_completion'],
  ['atext_completion', 'text_completion'],
  ['embedding', 'embeddings'],
  ['aembedding', 'embeddings'],
  ['arerank', 'rerank'],
])

/**
 * LiteLLM, as a library and as a proxy. It counts as OpenAI does, whoever the provider is. The
 * proxy's server span may repeat the call below it; the raw request's never has usage. Its cost is
 * computed from its own table. Read from its source.
 */
export const litellm = createDialect({
  name: 'litellm',
  scopes: ['litellm*'],
  marks: GEN_AI_MARKS,
  texts: GEN_AI_TEXTS,
  counts: GEN_AI_COUNTS,
  costs: GEN_AI_COSTS,
  classify(candidate) {
    const { span, operation, hasUsage } = candidate
    if (span.name === 'raw_gen_ai_request' && !hasUsage) return { role: 'free', name: 'request' }
    const name = operation === undefined ? undefined : (NAMES.get(operation) ?? operation)
    const call = classifyGenAi({ ...candidate, operation: name })
    const isServer = span.name === 'Received Proxy Server Request'
    return call && isServer ? { ...call, role: 'container' } : call
  },
})
