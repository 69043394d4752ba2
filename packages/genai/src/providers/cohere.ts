import type { Usage } from '../usage.ts'
import { isObject, omitAbsent, omitEmpty, readCount, readObject, readText } from './read-json.ts'
import type { Reply } from './reply.ts'

/**
 * Reads a reply of Cohere's API, version 1 or 2, or one event of a stream: chat, generation,
 * embeddings, reranking. What is billed may be less than what was used, so that is what is read;
 * cached tokens are a part of what was used, and cost nothing less.
 */
export function readCohereReply(body: unknown): Reply {
  const envelope = readObject(body)
  // The last event of a stream carries the end in `delta` (version 2) or `response` (version 1).
  const end = [envelope.delta, envelope.response].find(isObject) ?? envelope
  const counted = readObject(isObject(end.usage) ? end.usage : end.meta)
  const used = readObject(isObject(counted.billed_units) ? counted.billed_units : counted.tokens)
  const reason = readText(end.finish_reason) ?? readText(envelope.finish_reason)
  return omitAbsent<Reply>({
    usage: omitEmpty<Usage>({
      inputTokens: readCount(used.input_tokens),
      outputTokens: readCount(used.output_tokens),
      searches: readCount(used.search_units),
      images: readCount(used.images),
    }),
    responseId: readText(end.id) ?? readText(envelope.id),
    finishReasons: reason === undefined ? undefined : [reason],
  })
}
