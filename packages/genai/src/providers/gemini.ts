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
 * Reads a reply of Google's Gemini API or Vertex AI, or one chunk of a stream: generated content,
 * an interaction, embeddings, images. Thoughts stand beside the candidates and the input of tools beside the
 * prompt (total = prompt + tool use + candidates + thoughts); cached tokens are inside the prompt.
 */
export function readGeminiReply(body: unknown): Reply {
  const envelope = readObject(body)
  const reply = isObject(envelope.interaction) ? envelope.interaction : envelope
  const metadata = readObject(reply.usageMetadata)
  const reasons = readList(reply.candidates).map(({ finishReason }) => readText(finishReason))
  return omitAbsent<Reply>({
    usage:
      readContentUsage(metadata) ??
      readInteractionUsage(readObject(reply.usage)) ??
      readEmbeddingUsage(reply) ??
      readImageUsage(reply),
    responseModel: readText(reply.modelVersion) ?? readText(reply.model),
    responseId: readText(reply.responseId) ?? readText(reply.id),
    serviceTier: readTier(metadata) ?? readText(reply.service_tier),
    finishReasons: reasons.some((reason) => reason !== undefined) ? reasons : undefined,
    errorType: readText(readObject(reply.error).status),
  })
}

function readContentUsage(metadata: JsonObject): Usage | undefined {
  const input = readModalities(metadata.promptTokensDetails)
  const cached = readModalities(metadata.cacheTokensDetails)
  const output = readModalities(metadata.candidatesTokensDetails ?? metadata.responseTokensDetails)
  const candidates = metadata.candidatesTokenCount ?? metadata.responseTokenCount
  const reasoning = readCount(metadata.thoughtsTokenCount)
  return omitEmpty<Usage>({
    inputTokens: addCounts(
      readCount(metadata.promptTokenCount),
      readCount(metadata.toolUsePromptTokenCount),
    ),
    cacheReadTokens: subtractCount(readCount(metadata.cachedContentTokenCount), cached.audio),
    inputAudioTokens: subtractCount(input.audio, cached.audio),
    cacheReadAudioTokens: cached.audio,
    inputImageTokens: subtractCount(input.image, cached.image),
    outputTokens: addCounts(readCount(candidates), reasoning),
    reasoningTokens: reasoning,
    outputAudioTokens: output.audio,
    outputImageTokens: output.image,
  })
}

function readInteractionUsage(usage: JsonObject): Usage | undefined {
  const input = readModalities(usage.input_tokens_by_modality)
  const output = readModalities(usage.output_tokens_by_modality)
  const reasoning = readCount(usage.total_thought_tokens)
  return omitEmpty<Usage>({
    inputTokens: addCounts(
      readCount(usage.total_input_tokens),
      readCount(usage.total_tool_use_tokens),
    ),
    cacheReadTokens: readCount(usage.total_cached_tokens),
    inputAudioTokens: input.audio,
    inputImageTokens: input.image,
    outputTokens: addCounts(readCount(usage.total_output_tokens), reasoning),
    reasoningTokens: reasoning,
    outputAudioTokens: output.audio,
    outputImageTokens: output.image,
  })
}

/** Vertex AI counts each text by itself. Google's SDK takes the predictions apart and renames. */
function readEmbeddingUsage(reply: JsonObject): Usage | undefined {
  const embeddings = Array.isArray(reply.predictions)
    ? readList(reply.predictions).map((prediction) => readObject(prediction.embeddings))
    : readList(reply.embeddings)
  const counts = embeddings.map(({ statistics }) => {
    const { token_count: sent, tokenCount } = readObject(statistics)
    return readCount(sent ?? tokenCount)
  })
  return omitEmpty<Usage>({ inputTokens: addCounts(...counts) })
}

/** Images are billed one by one, and those that a filter held back are not; as in Google's SDK. */
function readImageUsage({ generatedImages }: JsonObject): Usage | undefined {
  if (!Array.isArray(generatedImages)) return undefined
  return { images: readList(generatedImages).filter(({ image }) => isObject(image)).length }
}

/** Some clients write the number of a modality instead of its name. */
const MODALITIES: ReadonlyMap<unknown, 'audio' | 'image'> = new Map<unknown, 'audio' | 'image'>([
  ['IMAGE', 'image'],
  ['image', 'image'],
  [2, 'image'],
  ['AUDIO', 'audio'],
  ['audio', 'audio'],
  [4, 'audio'],
])

/** Text, documents and video have no unit of their own: they are plain tokens. */
function readModalities(details: unknown): { audio?: number; image?: number } {
  const found: { audio?: number; image?: number } = {}
  for (const { modality, tokenCount, tokens } of readList(details)) {
    const name = MODALITIES.get(modality)
    const count = readCount(tokenCount ?? tokens)
    if (name !== undefined && count !== undefined) found[name] = (found[name] ?? 0) + count
  }
  return found
}

/** Vertex tells the tier by the kind of traffic. */
function readTier({ serviceTier, trafficType }: JsonObject): string | undefined {
  const traffic = readText(trafficType)?.toLowerCase()
  return readText(serviceTier) ?? (traffic?.replace(/^on_demand_/, '') || undefined)
}
