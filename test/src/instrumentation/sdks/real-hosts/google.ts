import type * as Google from '@google/genai'
import type { GoogleGenAI } from '@google/genai'
import { expectSpan, type ExpectedSpan, type TestedSdk } from '../../sdk.ts'
import { startGoogle } from '../google-genai/provider.ts'
import { redirect } from './redirect.ts'

function expectGenerate(provider: string, host: string): ExpectedSpan {
  return expectSpan('generate_content gemini-3.8-flash', {
    'gen_ai.operation.name': 'generate_content',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': 'gemini-3.8-flash',
    'server.address': host,
    'server.port': 443,
    'spancost.response.service_tier': provider === 'gcp.vertex_ai' ? 'priority' : 'flex',
    'gen_ai.response.id': 'resp-*',
    'gen_ai.response.model': 'gemini-3.8-flash-001',
    'gen_ai.response.finish_reasons': ['STOP'],
    'gen_ai.usage.input_tokens': 120,
    'gen_ai.usage.cache_read.input_tokens': 64,
    'gen_ai.usage.audio.input_tokens': 25,
    'gen_ai.usage.image.input_tokens': 15,
    'gen_ai.usage.output_tokens': 80,
    'gen_ai.usage.reasoning.output_tokens': 50,
  })
}

interface GoogleClient {
  create(options: Google.GoogleGenAIOptions): GoogleGenAI
}
const generate = async (client: GoogleGenAI) => {
  const reply = await client.models.generateContent({ model: 'gemini-3.8-flash', contents: 'Hi' })
  return reply.candidates
}

function locate(location: string): Google.GoogleGenAIOptions {
  const authClient = { getRequestHeaders: async () => new Map() } as never
  return { vertexai: true, project: 'project', location, googleAuthOptions: { authClient } }
}

export const googleHosts: TestedSdk<GoogleClient> = {
  name: '@google/genai',
  versions: ['@google/genai', 'genai-2'],
  startProvider: startGoogle,
  createClient: (moduleExports, url) => {
    // The SDK takes no other `fetch`, and asks Google for tokens by it.
    globalThis.fetch = redirect(url, /.*/)
    const { GoogleGenAI: Client } = moduleExports as typeof Google
    const create: GoogleClient['create'] = (options) => new Client(options)
    return { create }
  },
  scenarios: {
    gemini: async ({ create }) => generate(create({ apiKey: 'none' })),
    vertex_express: async ({ create }) => generate(create({ vertexai: true, apiKey: 'none' })),
    vertex_in_a_region: async ({ create }) => generate(create(locate('europe-west1'))),
    vertex_in_europe: async ({ create }) => generate(create(locate('eu'))),
  },
  spans: {
    gemini: expectGenerate('gcp.gemini', 'generativelanguage.googleapis.com'),
    vertex_express: expectGenerate('gcp.vertex_ai', 'aiplatform.googleapis.com'),
    vertex_in_a_region: expectGenerate('gcp.vertex_ai', 'europe-west1-aiplatform.googleapis.com'),
    vertex_in_europe: expectGenerate('gcp.vertex_ai', 'aiplatform.eu.rep.googleapis.com'),
  },
}
