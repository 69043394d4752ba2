import { createDialect } from '../create-dialect.ts'

const SUBTYPE = 'genkit:metadata:subtype'
const OUTPUT = 'genkit:output#usage'

/**
 * Genkit. Only spans of the subtype `model` are calls; flows and prompts above them repeat nothing
 * that could be read. Models are named `googleai/gemini-3-pro`, usage is JSON at the end of the
 * output, and lost where that is long. Read from its documentation.
 */
export const genkit = createDialect({
  name: 'genkit',
  marks: [SUBTYPE],
  texts: { requestModel: ['genkit:name'] },
  counts: {
    input: [`${OUTPUT}.inputTokens`],
    output: [`${OUTPUT}.outputTokens`],
    total: [`${OUTPUT}.totalTokens`],
    cacheRead: [`${OUTPUT}.cachedContentTokens`],
    reasoning: [`${OUTPUT}.thoughtsTokens`],
  },
  isProviderInModel: true,
  classify({ read }) {
    const subtype = read.text([SUBTYPE])
    if (subtype === 'model') return { role: 'leaf', name: 'chat' }
    if (subtype === 'embedder') return { role: 'leaf', name: 'embeddings' }
    return { role: 'free', name: subtype ?? 'action' }
  },
  convention: ({ provider = '' }) => ({
    cache: 'unknown',
    reasoning: provider.startsWith('gcp.') ? 'outside' : 'inside',
  }),
})
