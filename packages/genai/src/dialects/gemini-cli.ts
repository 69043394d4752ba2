import { createDialect } from '../create-dialect.ts'
import { GEN_AI, classifyGenAi } from '../gen-ai.ts'

/** Every other span of it: turns and the calls of tools and agents. */
const CONTAINERS: ReadonlySet<string> = new Set(['user_prompt', 'agent_call', 'system_prompt'])
const TOOLS: ReadonlySet<string> = new Set(['tool_call', 'schedule_tool_calls'])

/**
 * Gemini CLI. Its spans have the raw counts of prompt and candidates, so the thoughts, which are
 * billed, are missing: only its logs have them. Read from its source.
 */
export const geminiCli = createDialect({
  name: 'gemini-cli',
  ...GEN_AI,
  scopes: ['gemini-cli*'],
  defaultProvider: 'gcp.gen_ai',
  classify(candidate) {
    const { operation = '' } = candidate
    if (operation === 'llm_call') return { role: 'leaf', name: 'generate_content' }
    if (TOOLS.has(operation)) return { role: 'free', name: 'execute_tool' }
    if (CONTAINERS.has(operation)) return { role: 'container', name: 'invoke_agent' }
    return classifyGenAi(candidate)
  },
})
