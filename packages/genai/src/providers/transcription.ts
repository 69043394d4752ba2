import type { Usage } from '../usage.ts'
import { omitAbsent, omitEmpty, readCount, readObject, readText } from './read-json.ts'
import type { Reply } from './reply.ts'

/**
 * Reads a transcription of OpenAI, Groq, Together or Mistral: newer models bill tokens, older ones
 * seconds, and Mistral's list both. A verbose reply without usage tells how long the recording is.
 */
export function readTranscriptionReply(body: unknown): Reply {
  const reply = readObject(body)
  const usage = readObject(reply.usage)
  const details = readObject(usage.input_token_details)
  return omitAbsent<Reply>({
    usage: omitEmpty<Usage>({
      inputTokens: readCount(usage.input_tokens) ?? readCount(usage.prompt_tokens),
      inputAudioTokens: readCount(details.audio_tokens),
      outputTokens: readCount(usage.output_tokens) ?? readCount(usage.completion_tokens),
      audioSeconds:
        reply.usage === undefined || reply.usage === null
          ? readSeconds(reply.duration)
          : (readCount(usage.seconds) ?? readCount(usage.prompt_audio_seconds)),
    }),
    responseModel: readText(reply.model),
  })
}

function readSeconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}
