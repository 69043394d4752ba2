import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_GEN_AI_RESPONSE_ID,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_AUDIO_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_COST_AMOUNT,
  ATTR_GEN_AI_USAGE_COST_CURRENCY,
  ATTR_GEN_AI_USAGE_COST_SOURCE,
  ATTR_GEN_AI_USAGE_IMAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_INPUT_TOKENS,
  ATTR_GEN_AI_USAGE_OUTPUT_TOKENS,
  ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS,
  ATTR_SPANCOST_RESPONSE_REGION,
  ATTR_SPANCOST_USAGE_AUDIO_SECONDS,
  ATTR_SPANCOST_USAGE_CACHE_WRITE_1H_INPUT_TOKENS,
  ATTR_SPANCOST_USAGE_CHARACTERS,
  ATTR_SPANCOST_USAGE_IMAGES,
  ATTR_SPANCOST_USAGE_PAGES,
  ATTR_SPANCOST_USAGE_SEARCHES,
  ATTR_SPANCOST_USAGE_VIDEO_SECONDS,
  ATTR_SPANCOST_USAGE_WEB_SEARCHES,
  type Reply,
  type Usage,
} from '@spancost/genai/replies'

/** Leaves out what has no value. */
export function withoutAbsent(attributes: Attributes): Attributes {
  const present: Attributes = {}
  addPresent(present, attributes)
  return present
}

/** Adds what has a value; metrics would export the rest as an empty one. */
export function addPresent(attributes: Attributes, more: Attributes): void {
  for (const key in more) put(attributes, key, more[key])
}

/** What a reply adds to a span. One object is filled: this runs in every call of the application. */
export function describeReply(reply: Reply, serviceTierKey: string): Attributes {
  const attributes: Attributes = {}
  put(attributes, ATTR_GEN_AI_RESPONSE_ID, reply.responseId)
  put(attributes, ATTR_GEN_AI_RESPONSE_MODEL, reply.responseModel)
  const reasons = reply.finishReasons?.filter((reason) => reason !== undefined)
  put(attributes, ATTR_GEN_AI_RESPONSE_FINISH_REASONS, reasons)
  put(attributes, serviceTierKey, reply.serviceTier)
  if (reply.usage !== undefined) putUsage(attributes, reply.usage)
  putBeyondConventions(attributes, reply)
  return attributes
}

/** What a price needs and the conventions have no name for. */
export function describeBeyondConventions(reply: Reply): Attributes {
  const attributes: Attributes = {}
  putBeyondConventions(attributes, reply)
  return attributes
}

function put(attributes: Attributes, key: string, value: Attributes[string]): void {
  if (value !== undefined) attributes[key] = value
}

function putBeyondConventions(attributes: Attributes, reply: Reply): void {
  const { usage, region, reportedCost } = reply
  put(attributes, ATTR_SPANCOST_RESPONSE_REGION, region)
  if (usage !== undefined) {
    put(
      attributes,
      ATTR_SPANCOST_USAGE_CACHE_WRITE_1H_INPUT_TOKENS,
      usage.cacheWrite1hTokens || undefined,
    )
    put(attributes, ATTR_SPANCOST_USAGE_WEB_SEARCHES, usage.webSearches)
    put(attributes, ATTR_SPANCOST_USAGE_SEARCHES, usage.searches)
    put(attributes, ATTR_SPANCOST_USAGE_IMAGES, usage.images)
    put(attributes, ATTR_SPANCOST_USAGE_PAGES, usage.pages)
    put(attributes, ATTR_SPANCOST_USAGE_CHARACTERS, usage.characters)
    put(attributes, ATTR_SPANCOST_USAGE_AUDIO_SECONDS, usage.audioSeconds)
    put(attributes, ATTR_SPANCOST_USAGE_VIDEO_SECONDS, usage.videoSeconds)
  }
  if (reportedCost !== undefined) {
    attributes[ATTR_GEN_AI_USAGE_COST_AMOUNT] = Number(reportedCost.amount)
    attributes[ATTR_GEN_AI_USAGE_COST_CURRENCY] = reportedCost.currency
    attributes[ATTR_GEN_AI_USAGE_COST_SOURCE] = 'provider'
  }
}

/**
 * The conventions count in subsets that overlap: audio that was read from the cache is part of
 * `cache_read`, of `audio` and of `audio.cache_read`. Audio and image tokens are written where there
 * were any; most models report a 0 for what they cannot do.
 */
function putUsage(attributes: Attributes, usage: Usage): void {
  const { inputAudioTokens, cacheReadAudioTokens: cachedAudio } = usage
  const cacheRead = add(usage.cacheReadTokens, cachedAudio)
  const cacheWrite = add(usage.cacheWrite5mTokens, usage.cacheWrite1hTokens)
  const audio = add(inputAudioTokens, cachedAudio) || undefined
  put(attributes, ATTR_GEN_AI_USAGE_INPUT_TOKENS, usage.inputTokens)
  put(attributes, ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS, cacheRead)
  put(attributes, ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, cacheWrite)
  put(attributes, ATTR_GEN_AI_USAGE_AUDIO_INPUT_TOKENS, audio)
  put(attributes, ATTR_GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS, cachedAudio || undefined)
  put(attributes, ATTR_GEN_AI_USAGE_IMAGE_INPUT_TOKENS, usage.inputImageTokens || undefined)
  put(attributes, ATTR_GEN_AI_USAGE_OUTPUT_TOKENS, usage.outputTokens)
  put(attributes, ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, usage.reasoningTokens)
  put(attributes, ATTR_GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS, usage.outputAudioTokens || undefined)
  put(attributes, ATTR_GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS, usage.outputImageTokens || undefined)
}

/** The sum of what was reported; `undefined` where nothing was. */
function add(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined ? second : first + (second ?? 0)
}
