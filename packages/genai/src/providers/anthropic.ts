import type { Usage } from '../usage.ts'
import {
  addCounts,
  isObject,
  omitAbsent,
  omitEmpty,
  readCount,
  readList,
  readObject,
  readText,
  subtractCount,
  type JsonObject,
} from './read-json.ts'
import type { Reply } from './reply.ts'

/**
 * Reads a reply of Anthropic's Messages API, or one event of its stream. Cached tokens stand beside
 * `input_tokens`, thinking is inside the output. `message_delta` has the final totals, the lifetimes
 * of cache writes only `message_start`.
 */
export function readAnthropicReply(body: unknown): Reply {
  const envelope = readObject(body)
  const message = isObject(envelope.message) ? envelope.message : envelope
  const usage = readObject(message.usage)
  const stopReason =
    readText(message.stop_reason) ?? readText(readObject(message.delta).stop_reason)
  return omitAbsent<Reply>({
    usage: readUsage(usage, envelope.type),
    responseModel: readText(message.model),
    responseId: readText(message.id),
    serviceTier: usage.speed === 'fast' ? 'fast' : readText(usage.service_tier),
    region: readGeography(usage.inference_geo),
    finishReasons: stopReason === undefined ? undefined : [stopReason],
    errorType: readText(readObject(envelope.error).type),
  })
}

/** `global` and `not_available` have no price of their own. */
function readGeography(value: unknown): string | undefined {
  const geography = readText(value)
  return geography === 'global' || geography === 'not_available' ? undefined : geography
}

function readUsage(usage: JsonObject, part: unknown): Usage | undefined {
  // Compacting the context is a call of its own, billed and not in the totals. The advisor's calls
  // are not read: they go to another model, so they cannot be priced with these.
  const compactions = readList(usage.iterations).filter(({ type }) => type === 'compaction')
  const calls = [usage, ...compactions]
  const sum = (read: (call: JsonObject) => number | undefined) => addCounts(...calls.map(read))
  // The totals of a delta have no lifetimes: taken for the default, they would be counted twice.
  const writes = part === 'message_delta' && !isObject(usage.cache_creation) ? compactions : calls
  return omitEmpty<Usage>({
    inputTokens:
      readCount(usage.input_tokens) === undefined
        ? undefined
        : sum((call) =>
            addCounts(
              readCount(call.input_tokens),
              readCount(call.cache_read_input_tokens),
              readCount(call.cache_creation_input_tokens),
            ),
          ),
    cacheReadTokens: sum((call) => readCount(call.cache_read_input_tokens)),
    cacheWrite5mTokens: addCounts(...writes.map(readShortWrites)),
    cacheWrite1hTokens: addCounts(...writes.map(readLongWrites)),
    // A stream begins with a placeholder.
    outputTokens:
      part === 'message_start' ? undefined : sum((call) => readCount(call.output_tokens)),
    reasoningTokens: readCount(readObject(usage.output_tokens_details).thinking_tokens),
    webSearches: readCount(readObject(usage.server_tool_use).web_search_requests),
  })
}

function readLongWrites({ cache_creation: lifetimes }: JsonObject): number | undefined {
  return readCount(readObject(lifetimes).ephemeral_1h_input_tokens)
}

/** All that are not known as long: with web searches some replies split none of them. */
function readShortWrites(call: JsonObject): number | undefined {
  return subtractCount(readCount(call.cache_creation_input_tokens), readLongWrites(call))
}
