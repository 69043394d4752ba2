import type { TestedSdk } from '../sdk.ts'
import { anthropicBatches } from './anthropic/batches.ts'
import { anthropic, anthropicBedrock, anthropicVertex } from './anthropic/index.ts'
import { cohere } from './cohere/index.ts'
import { googleGenAI } from './google-genai/index.ts'
import { groq } from './groq/index.ts'
import { langchain, langgraph } from './langchain/index.ts'
import { mistral } from './mistral/index.ts'
import { ollama } from './ollama/index.ts'
import { bedrock } from './bedrock.ts'
import { openai } from './openai/index.ts'
import { openaiMore } from './openai/more.ts'
import { anthropicBedrockHosts, anthropicVertexHosts } from './real-hosts/anthropic.ts'
import { googleHosts } from './real-hosts/google.ts'
import { openaiHosts, openaiProviders } from './real-hosts/openai.ts'
import { together } from './together/index.ts'
import { vercelAI } from './vercel-ai/index.ts'
import { vercelAIOlder } from './vercel-ai/older.ts'

/**
 * Every SDK of the scenario matrix. To add one: a file here that says what applications do with it
 * and what spans that must make, and a line below. It must not import the SDK but for its types:
 * the program of the matrix loads it, as an ES module or as CommonJS.
 */
export const SDKS: Readonly<Record<string, TestedSdk<never>>> = {
  openai,
  openaiMore,
  openaiHosts,
  openaiProviders,
  anthropic,
  anthropicBatches,
  anthropicBedrock,
  anthropicBedrockHosts,
  anthropicVertex,
  anthropicVertexHosts,
  bedrock,
  cohere,
  googleGenAI,
  googleHosts,
  groq,
  langchain,
  langgraph,
  mistral,
  ollama,
  together,
  vercelAI,
  vercelAIOlder,
}
