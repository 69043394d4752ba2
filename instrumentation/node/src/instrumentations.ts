import type { Instrumentation } from '@opentelemetry/instrumentation'
import {
  OpenAIInstrumentation,
  type OpenAIInstrumentationConfig,
} from '@spancost/instrumentation-openai'

/** Settings by the name of the instrumentation's package; `enabled: false` leaves one out. */
export interface NodeInstrumentationsConfig {
  readonly '@spancost/instrumentation-openai'?: OpenAIInstrumentationConfig
}

/** npm packages that an instrumentation wants to see; nothing else is slowed by the ESM hooks. */
export const INSTRUMENTED_PACKAGES: readonly string[] = ['openai']

/** Every instrumentation of spancost, for the `instrumentations` of one's own `NodeSDK`. */
export function getNodeInstrumentations(
  config: NodeInstrumentationsConfig = {},
): Instrumentation[] {
  const openai = config['@spancost/instrumentation-openai']
  return openai?.enabled === false ? [] : [new OpenAIInstrumentation(openai)]
}
