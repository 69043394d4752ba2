import type { Instrumentation, InstrumentationConfig } from '@opentelemetry/instrumentation'
import {
  AnthropicInstrumentation,
  type AnthropicInstrumentationConfig,
} from '@spancost/instrumentation-anthropic'
import { BedrockInstrumentation } from '@spancost/instrumentation-bedrock'
import { CohereInstrumentation } from '@spancost/instrumentation-cohere'
import { GoogleGenAIInstrumentation } from '@spancost/instrumentation-google-genai'
import { GroqInstrumentation } from '@spancost/instrumentation-groq'
import { LangChainInstrumentation } from '@spancost/instrumentation-langchain'
import { MistralInstrumentation } from '@spancost/instrumentation-mistral'
import { OllamaInstrumentation } from '@spancost/instrumentation-ollama'
import {
  OpenAIInstrumentation,
  type OpenAIInstrumentationConfig,
} from '@spancost/instrumentation-openai'
import { TogetherInstrumentation } from '@spancost/instrumentation-together'
import { VercelAIInstrumentation } from '@spancost/instrumentation-vercel-ai'

/** Settings by the name of the instrumentation's package; `enabled: false` leaves one out. */
export interface NodeInstrumentationsConfig {
  readonly '@spancost/instrumentation-anthropic'?: AnthropicInstrumentationConfig
  readonly '@spancost/instrumentation-bedrock'?: InstrumentationConfig
  readonly '@spancost/instrumentation-cohere'?: InstrumentationConfig
  readonly '@spancost/instrumentation-google-genai'?: InstrumentationConfig
  readonly '@spancost/instrumentation-groq'?: InstrumentationConfig
  readonly '@spancost/instrumentation-langchain'?: InstrumentationConfig
  readonly '@spancost/instrumentation-mistral'?: InstrumentationConfig
  readonly '@spancost/instrumentation-ollama'?: InstrumentationConfig
  readonly '@spancost/instrumentation-openai'?: OpenAIInstrumentationConfig
  readonly '@spancost/instrumentation-together'?: InstrumentationConfig
  readonly '@spancost/instrumentation-vercel-ai'?: InstrumentationConfig
}

type Create = (config: NodeInstrumentationsConfig) => Instrumentation | undefined

/** One line for each; what is disabled is not even made. */
const CREATORS: readonly Create[] = [
  createUnlessDisabled('@spancost/instrumentation-anthropic', AnthropicInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-bedrock', BedrockInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-cohere', CohereInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-google-genai', GoogleGenAIInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-groq', GroqInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-langchain', LangChainInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-mistral', MistralInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-ollama', OllamaInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-openai', OpenAIInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-together', TogetherInstrumentation),
  createUnlessDisabled('@spancost/instrumentation-vercel-ai', VercelAIInstrumentation),
]

/**
 * Every instrumentation of spancost, for the `instrumentations` of one's own `NodeSDK`. Warns, once,
 * where `@spancost/node/register` has been loaded: then each call would get two spans.
 */
export function getNodeInstrumentations(
  config: NodeInstrumentationsConfig = {},
): Instrumentation[] {
  if (marks[REGISTERED] === true) {
    marks[REGISTERED] = false
    process.emitWarning(
      '@spancost/node/register instruments the GenAI SDKs already, and getNodeInstrumentations() ' +
        'does so again: each call gets two spans. Use one of the two.',
      { code: 'SPANCOST_INSTRUMENTED_TWICE' },
    )
  }
  return createInstrumentations(config)
}

/** Registered under a name that all copies of this file share: published, `register` has its own. */
const REGISTERED = Symbol.for('@spancost/node/registered')
const marks = globalThis as { [REGISTERED]?: boolean }

/** The same for `register`, which does it for good. */
export function registerInstrumentations(): Instrumentation[] {
  marks[REGISTERED] = true
  return createInstrumentations({})
}

function createInstrumentations(config: NodeInstrumentationsConfig): Instrumentation[] {
  return CREATORS.map((create) => create(config)).filter((made) => made !== undefined)
}

function createUnlessDisabled<Name extends keyof NodeInstrumentationsConfig>(
  name: Name,
  Class: new (config: NodeInstrumentationsConfig[Name]) => Instrumentation,
): Create {
  return (config) => (config[name]?.enabled === false ? undefined : new Class(config[name]))
}
