/** The proposed conventions for a cost, and whose figure it is (`provider` or `local`). */
export const ATTR_GEN_AI_USAGE_COST_AMOUNT = 'gen_ai.usage.cost.amount'
export const ATTR_GEN_AI_USAGE_COST_CURRENCY = 'gen_ai.usage.cost.currency'
export const ATTR_GEN_AI_USAGE_COST_SOURCE = 'gen_ai.usage.cost.source'

/** What our own instrumentations write where a price needs it and no convention has a name. */
export const ATTR_SPANCOST_RESPONSE_REGION = 'spancost.response.region'
export const ATTR_SPANCOST_RESPONSE_SERVICE_TIER = 'spancost.response.service_tier'
/** Of the written tokens, those with the provider's long time to live. */
export const ATTR_SPANCOST_USAGE_CACHE_WRITE_1H_INPUT_TOKENS =
  'spancost.usage.cache_write_1h.input_tokens'
export const ATTR_SPANCOST_USAGE_WEB_SEARCHES = 'spancost.usage.web_searches'
export const ATTR_SPANCOST_USAGE_SEARCHES = 'spancost.usage.searches'
export const ATTR_SPANCOST_USAGE_IMAGES = 'spancost.usage.images'
export const ATTR_SPANCOST_USAGE_PAGES = 'spancost.usage.pages'
export const ATTR_SPANCOST_USAGE_CHARACTERS = 'spancost.usage.characters'
export const ATTR_SPANCOST_USAGE_AUDIO_SECONDS = 'spancost.usage.audio_seconds'
export const ATTR_SPANCOST_USAGE_VIDEO_SECONDS = 'spancost.usage.video_seconds'
