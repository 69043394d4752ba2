import type { Usage } from '../usage.ts'
import { omitAbsent, omitEmpty, readCount, readObject, readText } from './read-json.ts'
import type { Reply } from './reply.ts'

/** Reads embeddings or a ranking of Voyage AI: there is only input, and only its total is told. */
export function readVoyageReply(body: unknown): Reply {
  const reply = readObject(body)
  return omitAbsent<Reply>({
    usage: omitEmpty<Usage>({ inputTokens: readCount(readObject(reply.usage).total_tokens) }),
    responseModel: readText(reply.model),
  })
}
