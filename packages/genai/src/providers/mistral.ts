import type { Usage } from '../usage.ts'
import {
  isObject,
  omitAbsent,
  omitEmpty,
  readCount,
  readList,
  readObject,
  readText,
  type JsonObject,
} from './read-json.ts'
import type { Reply } from './reply.ts'

/**
 * Reads what Mistral's own SDK makes of a reply or of one event of a stream: chat, agents, code
 * completion, conversations, embeddings, transcription, text recognition. (The API itself speaks
 * like OpenAI's.) Names that the SDK does not know stay as the API spells them.
 */
export function readMistralReply(body: unknown): Reply {
  const envelope = readObject(body)
  // Events of a stream carry a chunk in `data`; embeddings have a list of that name.
  const isEvent = isObject(envelope.data) && !Array.isArray(envelope.data)
  const reply = isEvent ? readObject(envelope.data) : envelope
  const usage = readObject(reply.usage)
  const reasons = readList(reply.choices).map(({ finishReason }) => readText(finishReason))
  return omitAbsent<Reply>({
    usage: isFilledIn(usage) ? readPages(reply) : readTokens(usage),
    responseModel: readText(reply.model),
    responseId: readText(reply.id) ?? readText(reply.conversationId),
    serviceTier: readText(usage.serviceTier),
    finishReasons: reasons.some((reason) => reason !== undefined) ? reasons : undefined,
  })
}

/** The SDK writes zeros for a usage that the API did not send. */
function isFilledIn({ promptTokens, completionTokens, promptAudioSeconds }: JsonObject): boolean {
  return [promptTokens, completionTokens, promptAudioSeconds].every((count) => !count)
}

function readTokens(usage: JsonObject): Usage | undefined {
  // Version 1 of the SDK puts the names that it does not know into a member of their own.
  const more = isObject(usage.additionalProperties) ? usage.additionalProperties : usage
  const details = readObject(more.prompt_tokens_details ?? more.prompt_token_details)
  const outputTokens = readCount(usage.completionTokens)
  const total = readCount(usage.totalTokens)
  const prompt = readCount(usage.promptTokens)
  return omitEmpty<Usage>({
    // What the tools of a conversation put in is only in the total.
    inputTokens:
      prompt === undefined || total === undefined
        ? prompt
        : Math.max(prompt, total - (outputTokens ?? 0)),
    cacheReadTokens: readCount(details.cached_tokens) ?? readCount(more.num_cached_tokens),
    outputTokens,
    webSearches: readCount(readObject(usage.connectors).web_search),
    audioSeconds: readCount(usage.promptAudioSeconds),
  })
}

function readPages({ usageInfo }: JsonObject): Usage | undefined {
  return omitEmpty<Usage>({ pages: readCount(readObject(usageInfo).pagesProcessed) })
}
