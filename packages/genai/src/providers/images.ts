import { readObject } from './read-json.ts'
import { readOpenAIReply } from './openai.ts'
import type { Reply } from './reply.ts'

/** Reads generated images of the OpenAI API: newer models bill tokens, older ones by the image. */
export function readImagesReply(body: unknown): Reply {
  const reply = readOpenAIReply(body)
  const { data } = readObject(body)
  if (reply.usage !== undefined || !Array.isArray(data)) return reply
  return { ...reply, usage: { images: data.length } }
}
