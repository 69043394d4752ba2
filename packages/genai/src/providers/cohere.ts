import type { Usage } from '../usage.ts'
import {
  addCounts,
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
 * Reads a reply of Cohere's API, version 1 or 2, or one event of a stream: chat, generation,
 * embeddings, reranking, parsing; as the API sends it, or as Cohere's own SDK spells it (`billedUnits`
 * for `billed_units`). What is billed may be less than what was used, so that is what is read; cached
 * tokens are a part of what was used, and cost nothing less.
 */
export function readCohereReply(body: unknown): Reply {
  const envelope = readObject(body)
  // The last event of a stream carries the end in `delta` (version 2) or `response` (version 1).
  const end = [envelope.delta, envelope.response].find(isObject) ?? envelope
  const counted = readObject(isObject(end.usage) ? end.usage : end.meta)
  const used = [counted.billed_units, counted.billedUnits, counted.tokens].find(isObject) ?? {}
  const reason = readReason(end) ?? readReason(envelope)
  const imageTokens = readCount(used.image_tokens ?? used.imageTokens)
  return omitAbsent<Reply>({
    usage: omitEmpty<Usage>({
      // Each kind is billed by itself, so the tokens of images stand beside the others.
      inputTokens: addCounts(readCount(used.input_tokens ?? used.inputTokens), imageTokens),
      inputImageTokens: imageTokens,
      outputTokens: readCount(used.output_tokens ?? used.outputTokens),
      searches: readCount(used.search_units ?? used.searchUnits),
      images: readCount(used.images),
      pages: readCount(used.pages),
    }),
    responseId: readText(end.id) ?? readText(envelope.id) ?? readText(end.generationId),
    finishReasons: reason === undefined ? undefined : [reason],
  })
}

function readReason(reply: JsonObject): string | undefined {
  return readText(reply.finish_reason ?? reply.finishReason)
}
