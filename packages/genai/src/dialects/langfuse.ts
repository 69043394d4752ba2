import { createDialect, type Claim } from '../create-dialect.ts'
import { GEN_AI_TEXTS } from '../gen-ai.ts'
import type { ReportedUsage } from '../normalize-usage.ts'
import { toCount, type SpanReader } from '../values.ts'

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
 * Langfuse. Its usage is JSON with buckets that are not to overlap: `input` is what no other bucket
 * with `input` in its name holds, and so for `output`. It names no provider. Read from the source of
 * its OpenAI wrapper 5.11.1.
 */
export const langfuse = createDialect({
  name: 'langfuse',
  marks: [TYPE],
  texts: {
    ...GEN_AI_TEXTS,
    requestModel: ['langfuse.observation.model.name', ...GEN_AI_TEXTS.requestModel],
  },
  counts: {
    input: [`${USAGE}#input`],
    output: [`${USAGE}#output`],
    total: [`${USAGE}#total`],
    cacheRead: [
      `${USAGE}#input_cached_tokens`,
      `${USAGE}#input_cache_read`,
      `${USAGE}#cache_read_input_tokens`,
    ],
    cacheWrite: [
      `${USAGE}#input_cache_write_tokens`,
      `${USAGE}#input_cache_creation`,
      `${USAGE}#cache_creation_input_tokens`,
    ],
    cacheWrite5m: [`${USAGE}#input_cache_creation_5m`],
    cacheWrite1h: [`${USAGE}#input_cache_creation_1h`],
    reasoning: [`${USAGE}#output_reasoning_tokens`, `${USAGE}#output_reasoning`],
    inputAudio: [`${USAGE}#input_audio_tokens`],
    outputAudio: [`${USAGE}#output_audio_tokens`],
    inputImage: [`${USAGE}#input_image_tokens`],
  },
  costs: [{ amount: 'langfuse.observation.cost_details#total' }],
  classify: ({ read }) => TYPES.get(read.text([TYPE])?.toLowerCase() ?? ''),
  derive({ total, ...raw }, read) {
    const sides = addBuckets(total, read)
    if (sides === undefined) return readOpenai(raw, read)
    const { cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, reasoning = 0 } = raw
    const { cacheWrite = cacheWrite5m + cacheWrite1h } = raw
    return {
      ...raw,
      input: sides.input - cacheRead - cacheWrite,
      output: sides.output - reasoning,
    }
  },
  convention: () => ({ cache: 'outside', reasoning: 'outside' }),
})

/** Users may also pass on what OpenAI answered, where parts stand inside their totals. */
function readOpenai(raw: ReportedUsage, read: SpanReader): ReportedUsage {
  const input = read.count([`${USAGE}#prompt_tokens`, `${USAGE}#promptTokens`])
  const output = read.count([`${USAGE}#completion_tokens`, `${USAGE}#completionTokens`])
  if (input === undefined && output === undefined) return raw
  const cacheRead = read.count([`${USAGE}#prompt_tokens_details.cached_tokens`])
  const reasoning = read.count([`${USAGE}#completion_tokens_details.reasoning_tokens`])
  return {
    ...raw,
    ...(input !== undefined && { input: input - (cacheRead ?? 0) }),
    ...(output !== undefined && { output: output - (reasoning ?? 0) }),
    ...(cacheRead !== undefined && { cacheRead }),
    ...(reasoning !== undefined && { reasoning }),
  }
}

/**
 * Input and output with all their buckets. Its wrapper takes every detail off the total, also those
 * that overlap (all text and, again, the cached text), and stops at 0, or at nothing where a detail
 * is no number. Then only the total of both sides is right.
 */
function addBuckets(
  total: number | undefined,
  read: SpanReader,
): { input: number; output: number } | undefined {
  const buckets = read.value(`${USAGE}#`)
  if (typeof buckets !== 'object' || buckets === null) return undefined
  const sides = { input: 0, output: 0 }
  let isCounted = false
  const isSpent = { input: !hasRest(buckets, 'input'), output: !hasRest(buckets, 'output') }
  for (const [name, value] of Object.entries(buckets)) {
    const side = name.includes('input') ? 'input' : name.includes('output') ? 'output' : undefined
    const count = toCount(value)
    if (side === undefined || count === undefined || Number.isNaN(count)) continue
    sides[side] += count
    isCounted = true
  }
  // Nothing that is counted is no usage, which is not the same as usage of nothing.
  if (!isCounted) return undefined
  if (total === undefined || sides.input + sides.output === total) return sides
  if (isSpent.input && !isSpent.output) return { ...sides, input: total - sides.output }
  if (isSpent.output && !isSpent.input) return { ...sides, output: total - sides.input }
  return sides
}

function hasRest(buckets: object, side: 'input' | 'output'): boolean {
  return Number((buckets as Readonly<Record<string, unknown>>)[side] ?? 0) > 0
}
