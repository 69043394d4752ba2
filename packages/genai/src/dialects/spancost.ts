import {
  ATTR_SPANCOST_RESPONSE_REGION,
  ATTR_SPANCOST_USAGE_AUDIO_SECONDS,
  ATTR_SPANCOST_USAGE_CACHE_WRITE_1H_INPUT_TOKENS,
  ATTR_SPANCOST_USAGE_CHARACTERS,
  ATTR_SPANCOST_USAGE_IMAGES,
  ATTR_SPANCOST_USAGE_PAGES,
  ATTR_SPANCOST_USAGE_SEARCHES,
  ATTR_SPANCOST_USAGE_VIDEO_SECONDS,
  ATTR_SPANCOST_USAGE_WEB_SEARCHES,
} from '../own-attributes.ts'
import { createDialect } from '../create-dialect.ts'
import { GEN_AI, GEN_AI_COUNTS, GEN_AI_TEXTS } from '../gen-ai.ts'

/** Our own instrumentations: the conventions, and what a price needs beyond them. */
export const spancost = createDialect({
  name: 'spancost',
  ...GEN_AI,
  scopes: ['@spancost/*'],
  texts: {
    ...GEN_AI_TEXTS,
    serviceTier: [
      ...GEN_AI_TEXTS.serviceTier,
      'anthropic.response.service_tier',
      'aws.bedrock.response.service_tier',
    ],
    region: [ATTR_SPANCOST_RESPONSE_REGION],
  },
  counts: {
    ...GEN_AI_COUNTS,
    cacheWrite1h: [ATTR_SPANCOST_USAGE_CACHE_WRITE_1H_INPUT_TOKENS],
    webSearches: [ATTR_SPANCOST_USAGE_WEB_SEARCHES],
    searches: [ATTR_SPANCOST_USAGE_SEARCHES],
    images: [ATTR_SPANCOST_USAGE_IMAGES],
    pages: [ATTR_SPANCOST_USAGE_PAGES],
    characters: [ATTR_SPANCOST_USAGE_CHARACTERS],
    audioSeconds: [ATTR_SPANCOST_USAGE_AUDIO_SECONDS],
    videoSeconds: [ATTR_SPANCOST_USAGE_VIDEO_SECONDS],
  },
})
