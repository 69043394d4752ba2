import type { Usage } from '../usage.ts'
import { readAnthropicReply } from './anthropic.ts'
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
 * Reads a reply of Amazon Bedrock, or one event of a stream: Converse, and InvokeModel with the
 * models of Anthropic, Amazon (Nova, Titan) and Meta. Cached tokens stand beside the input: total =
 * input + output + cache reads + cache writes.
 */
export function readBedrockReply(body: unknown): Reply {
  const reply = readObject(body)
  const metadata = readObject(reply.metadata)
  const usage = readObject(isObject(reply.usage) ? reply.usage : metadata.usage)
  if (usage.input_tokens !== undefined || readText(reply.type)?.startsWith('message')) {
    return readAnthropicReply(body)
  }
  const tier = readObject(reply.serviceTier ?? metadata.serviceTier).type
  const stopReason =
    readText(reply.stopReason) ?? readText(readObject(reply.messageStop).stopReason)
  return omitAbsent<Reply>({
    usage:
      readConverseUsage(usage) ??
      readInvocationUsage(readObject(reply['amazon-bedrock-invocationMetrics'])) ??
      readNativeUsage(reply),
    serviceTier: readText(tier),
    finishReasons: stopReason === undefined ? undefined : [stopReason],
  })
}

function readConverseUsage(usage: JsonObject): Usage | undefined {
  const read = readCount(usage.cacheReadInputTokens) ?? readCount(usage.cacheReadInputTokenCount)
  const write = readCount(usage.cacheWriteInputTokens) ?? readCount(usage.cacheWriteInputTokenCount)
  const long = readList(usage.cacheDetails).find(({ ttl }) => ttl === '1h')
  const longWrite = readCount(long?.inputTokens)
  const input = readCount(usage.inputTokens)
  return omitEmpty<Usage>({
    inputTokens: input === undefined ? undefined : addCounts(input, read, write),
    cacheReadTokens: read,
    cacheWrite5mTokens: subtractCount(write, longWrite),
    cacheWrite1hTokens: longWrite,
    outputTokens: readCount(usage.outputTokens),
  })
}

/** What Bedrock counts itself, behind the last chunk of a model that does not. */
function readInvocationUsage(metrics: JsonObject): Usage | undefined {
  const read = readCount(metrics.cacheReadInputTokenCount)
  const write = readCount(metrics.cacheWriteInputTokenCount)
  const input = readCount(metrics.inputTokenCount)
  return omitEmpty<Usage>({
    inputTokens: input === undefined ? undefined : addCounts(input, read, write),
    cacheReadTokens: read,
    cacheWrite5mTokens: write,
    outputTokens: readCount(metrics.outputTokenCount),
  })
}

/** Titan, then Llama. */
function readNativeUsage(reply: JsonObject): Usage | undefined {
  const results = readList(reply.results).map(({ tokenCount }) => readCount(tokenCount))
  return omitEmpty<Usage>({
    inputTokens: readCount(reply.inputTextTokenCount) ?? readCount(reply.prompt_token_count),
    outputTokens: addCounts(...results) ?? readCount(reply.generation_token_count),
  })
}
