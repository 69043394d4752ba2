import { toDecimal } from '../reported-cost.ts'
import type { Usage } from '../usage.ts'
import {
  isObject,
  omitAbsent,
  readCount,
  readObject,
  readText,
  type JsonObject,
} from './read-json.ts'
import type { Reply } from './reply.ts'

/** `n`, the number of choices of a chat completion, cannot be larger. */
const MAX_CHOICES = 128

/**
 * Reads a reply of the OpenAI API or of a host that speaks like it: a chat completion or one chunk
 * of it, a Response or one event of its stream, embeddings. What is missing or malformed is left
 * out; nothing is thrown.
 *
 * Cached, written, audio and image tokens are inside the input, reasoning is inside the output
 * (checked against some 4000 recorded bodies).
 */
export function readOpenAIReply(body: unknown): Reply {
  const envelope = readObject(body)
  // Events of a Responses stream carry the Response as a member.
  const reply = isObject(envelope.response) ? envelope.response : envelope
  // Groq repeats the usage of a stream in a member of its own, at first only there.
  const usage = readUsage(isObject(reply.usage) ? reply.usage : readObject(reply.x_groq).usage)
  const finishReasons = Array.isArray(reply.choices)
    ? readChoices(reply.choices)
    : readStatus(reply)
  return omitAbsent<Reply>({
    usage,
    responseModel: readText(reply.model),
    responseId: readText(reply.id),
    serviceTier: readText(reply.service_tier),
    reportedCost: readReportedCost(readObject(reply.usage)),
    finishReasons,
    errorType:
      reply.status === 'failed' ? (readText(readObject(reply.error).code) ?? 'failed') : undefined,
  })
}

/** OpenRouter's replies say what it billed, and so do xAI's, in ticks of 1e-10 USD. */
function readReportedCost({ cost, cost_in_usd_ticks: ticks }: JsonObject): Reply['reportedCost'] {
  const amount = typeof cost === 'number' ? toDecimal(cost, 0) : undefined
  const told = amount ?? (typeof ticks === 'number' ? toDecimal(ticks, 10) : undefined)
  return told === undefined ? undefined : { amount: told, currency: 'USD' }
}

function readUsage(value: unknown): Usage | undefined {
  // Most chunks of a stream have none.
  if (value === undefined || value === null) return undefined
  const usage = readObject(value)
  const input = readObject(usage.input_tokens_details ?? usage.prompt_tokens_details)
  const output = readObject(usage.output_tokens_details ?? usage.completion_tokens_details)
  const inputTokens = readCount(usage.input_tokens) ?? readCount(usage.prompt_tokens)
  const read = omitAbsent<Usage>({
    inputTokens,
    // Moonshot and Together, then Mistral, keep it beside the totals.
    cacheReadTokens:
      readCount(input.cached_tokens) ??
      readCount(usage.cached_tokens) ??
      readCount(usage.num_cached_tokens),
    ...readCacheWrites(input),
    inputAudioTokens: readCount(input.audio_tokens),
    inputImageTokens: readCount(input.image_tokens),
    outputTokens: readOutputTokens(usage, inputTokens),
    reasoningTokens: readCount(output.reasoning_tokens),
    outputAudioTokens: readCount(output.audio_tokens),
    outputImageTokens: readCount(output.image_tokens),
  })
  return Object.keys(read).length > 0 ? read : undefined
}

/**
 * xAI's chat replies leave reasoning out of `completion_tokens`, and so does Gemini's endpoint in
 * OpenAI's format, which does not even list it; only `total_tokens` has it, and it is billed as
 * output. Where input and output add up to the total, as they do at OpenAI, nothing changes.
 */
function readOutputTokens(usage: JsonObject, input: number | undefined): number | undefined {
  const output = readCount(usage.output_tokens) ?? readCount(usage.completion_tokens)
  const total = readCount(usage.total_tokens)
  if (output === undefined || input === undefined || total === undefined) return output
  return Math.max(output, total - input)
}

/** Writes live for 30 minutes by default; those for 12 hours are listed apart and cost more. */
function readCacheWrites(input: JsonObject) {
  const lifetimes = readObject(input.cache_write_tokens_details)
  const long = readCount(lifetimes.ttl_12h_tokens)
  const total = readCount(input.cache_write_tokens)
  return {
    cacheWrite5mTokens:
      readCount(lifetimes.ttl_30m_tokens) ??
      (total === undefined ? undefined : total - (long ?? 0)),
    cacheWrite1hTokens: long,
  }
}

function readChoices(choices: readonly unknown[]): readonly (string | undefined)[] | undefined {
  const reasons: (string | undefined)[] = []
  for (const [position, value] of choices.slice(0, MAX_CHOICES).entries()) {
    const choice = readObject(value)
    const reason = readText(choice.finish_reason)
    // A chunk mostly holds one choice, and its index says which.
    const index = readCount(choice.index) ?? position
    if (reason !== undefined && index < MAX_CHOICES) reasons[index] = reason
  }
  return reasons.length > 0 ? reasons : undefined
}

/** A Response has a status instead of finish reasons; it is put into the words of the others. */
function readStatus(reply: JsonObject): readonly string[] | undefined {
  if (reply.status === 'completed') return [callsTool(reply.output) ? 'tool_calls' : 'stop']
  if (reply.status === 'failed' || reply.status === 'cancelled') return ['error']
  if (reply.status !== 'incomplete') return undefined
  const reason = readText(readObject(reply.incomplete_details).reason)
  return [reason === undefined || reason === 'max_output_tokens' ? 'length' : reason]
}

function callsTool(output: unknown): boolean {
  if (!Array.isArray(output)) return false
  return output.some((item) => {
    const { type } = readObject(item)
    return type === 'function_call' || type === 'custom_tool_call'
  })
}
