import type { Instrumentation } from '@opentelemetry/instrumentation'
import {
  AnthropicInstrumentation,
  type AnthropicInstrumentationConfig,
} from '@spancost/instrumentation-anthropic'
import {
  OpenAIInstrumentation,
  type OpenAIInstrumentationConfig,
} from '@spancost/instrumentation-openai'

/** Settings by the name of the instrumentation's package; `enabled: false` leaves one out. */
export interface NodeInstrumentationsConfig {
  readonly '@spancost/instrumentation-anthropic'?: AnthropicInstrumentationConfig
  readonly '@spancost/instrumentation-openai'?: OpenAIInstrumentationConfig
}

/**
 * What applications import and an instrumentation wants to see: packages, and files of packages
 * where others load those. Nothing else is slowed by the ESM hooks.
 */
export const INSTRUMENTED_PACKAGES: readonly string[] = [
  '@anthropic-ai/sdk',
  '@anthropic-ai/sdk/resources/index',
  'openai',
]

/** Every instrumentation of spancost, for the `instrumentations` of one's own `NodeSDK`. */
export function getNodeInstrumentations(
  config: NodeInstrumentationsConfig = {},
): Instrumentation[] {
  const anthropic = config['@spancost/instrumentation-anthropic']
  const openai = config['@spancost/instrumentation-openai']
  return [
    ...(anthropic?.enabled === false ? [] : [new AnthropicInstrumentation(anthropic)]),
    ...(openai?.enabled === false ? [] : [new OpenAIInstrumentation(openai)]),
  ]
}
