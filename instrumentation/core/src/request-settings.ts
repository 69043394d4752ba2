import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_P,
} from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_REQUEST_CHOICE_COUNT,
  ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
  ATTR_GEN_AI_REQUEST_SEED,
  ATTR_GEN_AI_REQUEST_STOP_SEQUENCES,
  ATTR_GEN_AI_REQUEST_TOP_K,
} from './names.ts'
import { readNumber, readTexts } from './request-values.ts'

/** What a request asks of the model, as the request has it; each SDK spells the names its own way. */
export interface RequestSettings {
  readonly maxTokens?: unknown
  readonly temperature?: unknown
  readonly topP?: unknown
  readonly topK?: unknown
  readonly frequencyPenalty?: unknown
  readonly presencePenalty?: unknown
  readonly seed?: unknown
  readonly choices?: unknown
  /** One text, or a list of them. */
  readonly stop?: unknown
}

export function describeSettings(settings: RequestSettings): Attributes {
  const { stop } = settings
  const choices = readNumber(settings.choices)
  const stops = readTexts(typeof stop === 'string' ? [stop] : stop)
  return {
    [ATTR_GEN_AI_REQUEST_MAX_TOKENS]: readNumber(settings.maxTokens),
    [ATTR_GEN_AI_REQUEST_TEMPERATURE]: readNumber(settings.temperature),
    [ATTR_GEN_AI_REQUEST_TOP_P]: readNumber(settings.topP),
    [ATTR_GEN_AI_REQUEST_TOP_K]: readNumber(settings.topK),
    [ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY]: readNumber(settings.frequencyPenalty),
    [ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY]: readNumber(settings.presencePenalty),
    [ATTR_GEN_AI_REQUEST_SEED]: readNumber(settings.seed),
    [ATTR_GEN_AI_REQUEST_CHOICE_COUNT]: choices === 1 ? undefined : choices,
    [ATTR_GEN_AI_REQUEST_STOP_SEQUENCES]: stops && [...stops],
  }
}
