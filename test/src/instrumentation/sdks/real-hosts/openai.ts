import type * as Sdk from 'openai'
import type { OpenAI } from 'openai'
import type { bedrock } from 'openai/providers/bedrock'
import type { vertex } from 'openai/providers/vertex'
import { startReplayServer } from '../../../demo/replay-server.ts'
import { expectSpan, type ExpectedSpan, type TestedSdk } from '../../sdk.ts'
import { redirect, type Fetch } from './redirect.ts'

const CHAT = { model: 'gpt-4o-mini', messages: [{ role: 'user' as const, content: 'Sort this.' }] }

function expectChat(provider: string, host: string): ExpectedSpan {
  return expectSpan('chat gpt-4o-mini', {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': 'gpt-4o-mini',
    'openai.api.type': 'chat_completions',
    'server.address': host,
    'server.port': 443,
    'gen_ai.response.id': 'chatcmpl-*',
    'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
    'gen_ai.response.finish_reasons': ['stop'],
    'openai.response.service_tier': 'default',
    'gen_ai.usage.input_tokens': 612,
    'gen_ai.usage.cache_read.input_tokens': 0,
    'gen_ai.usage.output_tokens': 19,
    'gen_ai.usage.reasoning.output_tokens': 0,
  })
}

interface OpenAIClients {
  readonly exports: typeof Sdk
  readonly options: { readonly apiKey: string; readonly fetch: Fetch; readonly maxRetries: 0 }
}

const ask = async (client: OpenAI): Promise<unknown> => client.chat.completions.create(CHAT)

/** `AzureOpenAI`, `BedrockOpenAI` and OpenAI's own hosts in regions. */
export const openaiHosts: TestedSdk<OpenAIClients> = {
  name: 'openai',
  versions: ['openai', 'openai-6'],
  startProvider: startReplayServer,
  createClient: (moduleExports, url) => ({
    exports: moduleExports,
    options: { apiKey: 'none', maxRetries: 0, fetch: redirect(url, /\/chat\/completions$/) },
  }),
  scenarios: {
    azure: async ({ exports, options }) => {
      const endpoint = 'https://contoso.openai.azure.com'
      return ask(new exports.AzureOpenAI({ ...options, endpoint, apiVersion: '2026-01-01' }))
    },
    azure_of_a_deployment: async ({ exports, options }) => {
      const at = { endpoint: 'https://contoso.cognitiveservices.azure.com', deployment: 'mine' }
      return ask(new exports.AzureOpenAI({ ...options, ...at, apiVersion: '2026-01-01' }))
    },
    azure_behind_a_proxy: async ({ exports, options }) => {
      const baseURL = 'https://llm.example.com/openai'
      return ask(new exports.AzureOpenAI({ ...options, baseURL, apiVersion: '2026-01-01' }))
    },
    bedrock: async ({ exports, options }) =>
      ask(new exports.BedrockOpenAI({ ...options, awsRegion: 'eu-central-1' })),
    openai_in_europe: async ({ exports, options }) =>
      ask(new exports.OpenAI({ ...options, baseURL: 'https://eu.api.openai.com/v1' })),
    another_provider: async ({ exports, options }) =>
      ask(new exports.OpenAI({ ...options, baseURL: 'https://api.deepseek.com/v1' })),
  },
  // That of the stand-in, which the others find in their environment.
  environment: { OPENAI_BASE_URL: '' },
  spans: {
    azure: expectChat('azure.ai.openai', 'contoso.openai.azure.com'),
    azure_of_a_deployment: expectChat('azure.ai.openai', 'contoso.cognitiveservices.azure.com'),
    azure_behind_a_proxy: expectChat('azure.ai.openai', 'llm.example.com'),
    bedrock: expectChat('aws.bedrock', 'bedrock-mantle.eu-central-1.api.aws'),
    openai_in_europe: expectChat('openai', 'eu.api.openai.com'),
    another_provider: expectChat('deepseek', 'api.deepseek.com'),
  },
}

interface ProviderClients extends OpenAIClients {
  readonly exports: typeof Sdk & { bedrock: typeof bedrock; vertex: typeof vertex }
}

/** `new OpenAI({ provider })`, which version 7 has. */
export const openaiProviders: TestedSdk<ProviderClients> = {
  name: 'openai',
  versions: ['openai'],
  modules: ['openai', 'openai/providers/bedrock', 'openai/providers/vertex'],
  startProvider: startReplayServer,
  createClient: (moduleExports, url) => ({
    exports: moduleExports,
    options: { apiKey: 'none', maxRetries: 0, fetch: redirect(url, /\/chat\/completions$/) },
  }),
  scenarios: {
    bedrock_provider: async ({ exports, options: { apiKey, ...options } }) => {
      const provider = exports.bedrock({ apiKey, region: 'us-east-1', endpoint: 'runtime' })
      return ask(new exports.OpenAI({ ...options, provider }))
    },
    vertex_provider: async ({ exports, options: { apiKey, ...options } }) => {
      const at = { project: 'p', location: 'europe-west1', tokenProvider: async () => apiKey }
      return ask(new exports.OpenAI({ ...options, provider: exports.vertex(at) }))
    },
  },
  environment: { OPENAI_BASE_URL: '' },
  spans: {
    bedrock_provider: expectChat('aws.bedrock', 'bedrock-runtime.us-east-1.amazonaws.com'),
    vertex_provider: expectChat('gcp.vertex_ai', 'europe-west1-aiplatform.googleapis.com'),
  },
}
