import type { Usage } from '../usage.ts'
import { omitAbsent, omitEmpty, readCount, readObject, readText } from './read-json.ts'
import type { Reply } from './reply.ts'

/**
 * Reads a reply of Ollama's own API, or one line of a stream; only the last one has counts. Newer
 * parts of the API count as others do.
 */
export function readOllamaReply(body: unknown): Reply {
  const reply = readObject(body)
  const usage = readObject(reply.usage)
  const reason = readText(reply.done_reason)
  return omitAbsent<Reply>({
    usage: omitEmpty<Usage>({
      inputTokens: readCount(reply.prompt_eval_count) ?? readCount(usage.input_tokens),
      outputTokens: readCount(reply.eval_count) ?? readCount(usage.output_tokens),
    }),
    responseModel: readText(reply.model),
    finishReasons: reason === undefined ? undefined : [reason],
  })
}
