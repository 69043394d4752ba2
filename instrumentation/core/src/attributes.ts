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

/** Leaves out what has no value; metrics would export it as an empty one. */
export function withoutAbsent(attributes: Attributes): Attributes {
  const present: Attributes = {}
  for (const key in attributes) {
    if (attributes[key] !== undefined) present[key] = attributes[key]
  }
  return present
}

/** What a reply adds to a span. */
export function describeReply(reply: Reply, serviceTierKey: string): Attributes {
  const reasons = reply.finishReasons?.filter((reason) => reason !== undefined)
  return withoutAbsent({
    [ATTR_GEN_AI_RESPONSE_ID]: reply.responseId,
    [ATTR_GEN_AI_RESPONSE_MODEL]: reply.responseModel,
    [ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: reasons,
    [serviceTierKey]: reply.serviceTier,
    ...(reply.usage && describeUsage(reply.usage)),
    ...describeBeyondConventions(reply),
  })
}

/** What a price needs and the conventions have no name for. */
export function describeBeyondConventions({ usage = {}, ...reply }: Reply): Attributes {
  return withoutAbsent({
    [ATTR_SPANCOST_RESPONSE_REGION]: reply.region,
    [ATTR_SPANCOST_USAGE_CACHE_WRITE_1H_INPUT_TOKENS]: usage.cacheWrite1hTokens || undefined,
    [ATTR_SPANCOST_USAGE_WEB_SEARCHES]: usage.webSearches,
    [ATTR_SPANCOST_USAGE_SEARCHES]: usage.searches,
    [ATTR_SPANCOST_USAGE_IMAGES]: usage.images,
    [ATTR_SPANCOST_USAGE_PAGES]: usage.pages,
    [ATTR_SPANCOST_USAGE_CHARACTERS]: usage.characters,
    [ATTR_SPANCOST_USAGE_AUDIO_SECONDS]: usage.audioSeconds,
    [ATTR_SPANCOST_USAGE_VIDEO_SECONDS]: usage.videoSeconds,
    ...(reply.reportedCost && {
      [ATTR_GEN_AI_USAGE_COST_AMOUNT]: Number(reply.reportedCost.amount),
      [ATTR_GEN_AI_USAGE_COST_CURRENCY]: reply.reportedCost.currency,
      [ATTR_GEN_AI_USAGE_COST_SOURCE]: 'provider',
    }),
  })
}

/**
 * The conventions count in subsets that overlap: audio that was read from the cache is part of
 * `cache_read`, of `audio` and of `audio.cache_read`. Audio and image tokens are written where there
 * were any; most models report a 0 for what they cannot do.
 */
function describeUsage(usage: Usage): Attributes {
  return {
    [ATTR_GEN_AI_USAGE_INPUT_TOKENS]: usage.inputTokens,
    [ATTR_GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS]: add(
      usage.cacheReadTokens,
      usage.cacheReadAudioTokens,
    ),
    [ATTR_GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS]: add(
      usage.cacheWrite5mTokens,
      usage.cacheWrite1hTokens,
    ),
    [ATTR_GEN_AI_USAGE_AUDIO_INPUT_TOKENS]:
      add(usage.inputAudioTokens, usage.cacheReadAudioTokens) || undefined,
    [ATTR_GEN_AI_USAGE_AUDIO_CACHE_READ_INPUT_TOKENS]: usage.cacheReadAudioTokens || undefined,
    [ATTR_GEN_AI_USAGE_IMAGE_INPUT_TOKENS]: usage.inputImageTokens || undefined,
    [ATTR_GEN_AI_USAGE_OUTPUT_TOKENS]: usage.outputTokens,
    [ATTR_GEN_AI_USAGE_REASONING_OUTPUT_TOKENS]: usage.reasoningTokens,
    [ATTR_GEN_AI_USAGE_AUDIO_OUTPUT_TOKENS]: usage.outputAudioTokens || undefined,
    [ATTR_GEN_AI_USAGE_IMAGE_OUTPUT_TOKENS]: usage.outputImageTokens || undefined,
  }
}

/** The sum of what was reported; `undefined` where nothing was. */
function add(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined ? second : first + (second ?? 0)
}
