import { createDialect, type Candidate, type Claim } from '../create-dialect.ts'
import { GEN_AI, GEN_AI_MARKS, classifyGenAi } from '../gen-ai.ts'

const KIND = 'traceloop.span.kind'
const REQUEST_TYPE = 'llm.request.type'

const KINDS: ReadonlyMap<string, Claim> = new Map<string, Claim>([
  ['workflow', { role: 'container', name: 'invoke_workflow' }],
  ['task', { role: 'container', name: 'invoke_workflow' }],
  ['agent', { role: 'container', name: 'invoke_agent' }],
  ['tool', { role: 'free', name: 'execute_tool' }],
])

const REQUEST_TYPES: ReadonlyMap<string, string> = new Map([
  ['completion', 'text_completion'],
  ['embedding', 'embeddings'],
])

/** Scopes of OpenTelemetry's own Python packages, which share the prefix. */
const OFFICIAL = /^opentelemetry\.instrumentation\.(botocore|google_genai|.*_v2)/

/**
 * OpenLLMetry (Traceloop), old names and new, Python and JavaScript. JavaScript sets no cached tokens
 * for OpenAI; for Anthropic and Bedrock it passes the raw input on. Its image tokens are computed
 * from the size that was asked for: 1056 where OpenAI billed 4160.
 */
export const openllmetry = createDialect({
  name: 'openllmetry',
  ...GEN_AI,
  scopes: ['@traceloop/*', 'traceloop*', 'opentelemetry.instrumentation.*'],
  marks: [...GEN_AI_MARKS, KIND, REQUEST_TYPE],
  alsoReads: [KIND, REQUEST_TYPE],
  classify(candidate) {
    const { span, read, operation } = candidate
    if (OFFICIAL.test(span.scopeName)) return undefined
    const kind = read.text([KIND])
    const claim = kind === undefined ? undefined : KINDS.get(kind)
    if (claim !== undefined) return claim
    const isImage = operation === 'image_generation'
    const call = classifyGenAi({ ...candidate, operation: operation ?? readType(candidate) })
    return call && isImage ? { ...call, isGuess: true } : call
  },
})

function readType({ read }: Candidate): string | undefined {
  const type = read.text([REQUEST_TYPE])
  return type === undefined ? undefined : (REQUEST_TYPES.get(type) ?? type)
}
