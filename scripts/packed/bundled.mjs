/** An application for a bundler: no hook can see what it loads, so it hands the SDKs over. */
import * as anthropic from '@anthropic-ai/sdk'
import * as genai from '@google/genai'
import * as openai from 'openai'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { AnthropicInstrumentation } from '@spancost/instrumentation-anthropic'
import { GoogleGenAIInstrumentation } from '@spancost/instrumentation-google-genai'
import { OpenAIInstrumentation } from '@spancost/instrumentation-openai'
import { callAll } from './calls.cjs'

const modules = [
  [new AnthropicInstrumentation(), anthropic],
  [new GoogleGenAIInstrumentation(), genai],
  [new OpenAIInstrumentation(), openai],
]
const sdk = new NodeSDK({ instrumentations: modules.map(([instrumentation]) => instrumentation) })
sdk.start()
for (const [instrumentation, exports] of modules) instrumentation.manuallyInstrument(exports)

process.once('beforeExit', () => void sdk.shutdown())
void callAll({
  Anthropic: anthropic.Anthropic,
  GoogleGenAI: genai.GoogleGenAI,
  OpenAI: openai.OpenAI,
})
