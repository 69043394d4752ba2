import { createDialect } from '../create-dialect.ts'
import { GEN_AI_TEXTS } from '../gen-ai.ts'

const TYPE = 'span.type'

/**
 * Traces of Claude Code (beta): `claude_code.interaction` over `claude_code.llm_request` and
 * `claude_code.tool`. Bare names, cached tokens beside the input. Its logs and metrics say the same
 * once more. Read from its documentation.
 */
export const claudeCode = createDialect({
  name: 'claude-code',
  marks: [TYPE],
  texts: {
    provider: GEN_AI_TEXTS.provider,
    requestModel: ['model', ...GEN_AI_TEXTS.requestModel],
    responseModel: GEN_AI_TEXTS.responseModel,
    responseId: GEN_AI_TEXTS.responseId,
    errorType: GEN_AI_TEXTS.errorType,
  },
  counts: {
    input: ['input_tokens'],
    output: ['output_tokens'],
    cacheRead: ['cache_read_tokens'],
    cacheWrite: ['cache_creation_tokens'],
  },
  speed: ['speed'],
  defaultProvider: 'anthropic',
  classify({ span, hasUsage }) {
    // Its mark is a word that others may use as well.
    if (!span.name.startsWith('claude_code.')) return undefined
    if (span.name === 'claude_code.llm_request') return { role: 'leaf', name: 'chat' }
    if (span.name === 'claude_code.interaction') return { role: 'container', name: 'invoke_agent' }
    return hasUsage ? { role: 'container', name: 'chat' } : { role: 'free', name: 'execute_tool' }
  },
  convention: () => ({ cache: 'outside', reasoning: 'inside' }),
})
