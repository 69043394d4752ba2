import { createDialect } from '../create-dialect.ts'
import { GEN_AI, classifyGenAi } from '../gen-ai.ts'

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
  ...GEN_AI,
  scopes: ['litellm*'],
  classify(candidate) {
    const { span, operation, hasUsage } = candidate
    if (span.name === 'raw_gen_ai_request' && !hasUsage) return { role: 'free', name: 'request' }
    const name = operation === undefined ? undefined : (NAMES.get(operation) ?? operation)
    const call = classifyGenAi({ ...candidate, operation: name })
    const isServer = span.name === 'Received Proxy Server Request'
    return call && isServer ? { ...call, role: 'container' } : call
  },
})
