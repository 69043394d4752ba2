import type { Usage } from '../usage.ts'
import { readAnthropicReply } from './anthropic.ts'
import { readBedrockReply } from './bedrock.ts'
import { readGeminiReply } from './gemini.ts'
import { readOpenAIReply } from './openai.ts'
import {
  isObject,
  omitAbsent,
  omitEmpty,
  readCount,
  readObject,
  readText,
  type JsonObject,
} from './read-json.ts'
import type { Reply } from './reply.ts'

/**
 * Reads what a model of Vercel's AI SDK (its interface of version 4) hands on: a whole result, one
 * part of a stream, or what the SDK tells its telemetry of either. The SDK's own counts know neither audio nor the lifetimes of writes nor the
 * tier, so the provider's usage, which is handed on beside them, is read where its shape is known.
 *
 * @param provider `gen_ai.provider.name`
 */
export function readAiSdkReply(body: unknown, provider: string): Reply {
  const result = readObject(body)
  // A stream tells ids in a part of their own, a whole result in a member.
  const response = result.type === 'response-metadata' ? result : readObject(result.response)
  const usage = readObject(result.usage)
  const raw = isObject(usage.raw) ? readRaw(usage.raw, provider) : {}
  const reason = readText(result.finishReason) ?? readText(readObject(result.finishReason).unified)
  return omitAbsent<Reply>({
    ...raw,
    usage: raw.usage?.inputTokens === undefined ? readUsage(usage) : raw.usage,
    responseId: readText(response.id),
    responseModel: readText(response.modelId),
    serviceTier: raw.serviceTier ?? readTier(readObject(result.providerMetadata)),
    finishReasons: reason === undefined ? undefined : [reason],
  })
}

/** Models have totals with parts; to an application the SDK gives them side by side. */
function readUsage(usage: JsonObject): Usage | undefined {
  const input = readObject(usage.inputTokens)
  const output = readObject(usage.outputTokens)
  const inputDetails = readObject(usage.inputTokenDetails)
  const outputDetails = readObject(usage.outputTokenDetails)
  return omitEmpty<Usage>({
    // Embeddings have one count.
    inputTokens: readCount(input.total ?? usage.inputTokens ?? usage.tokens),
    cacheReadTokens: readCount(input.cacheRead ?? inputDetails.cacheReadTokens),
    cacheWrite5mTokens: readCount(input.cacheWrite ?? inputDetails.cacheWriteTokens),
    outputTokens: readCount(output.total ?? usage.outputTokens),
    reasoningTokens: readCount(output.reasoning ?? outputDetails.reasoningTokens),
  })
}

/** Whoever is not listed speaks like OpenAI, or in a shape of its own that then is not read. */
function readRaw(usage: JsonObject, provider: string): Reply {
  if (provider === 'anthropic') return readAnthropicReply({ usage })
  if (provider === 'aws.bedrock') return readBedrockReply({ usage })
  if (provider.startsWith('gcp.')) return readGeminiReply({ usageMetadata: usage })
  return readOpenAIReply({ usage })
}

function readTier({ openai, azure }: JsonObject): string | undefined {
  return readText(readObject(openai).serviceTier) ?? readText(readObject(azure).serviceTier)
}
