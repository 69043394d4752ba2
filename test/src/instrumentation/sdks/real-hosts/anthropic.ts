import type * as Carrier from '@anthropic-ai/bedrock-sdk'
import type * as VertexCarrier from '@anthropic-ai/vertex-sdk'
import type { ExpectedSpan, TestedSdk } from '../../sdk.ts'
import { startAnthropic } from '../anthropic/replies.ts'
import { describeCarriers, describeOwnCarriers } from '../anthropic/spans.ts'
import { redirect, type Fetch } from './redirect.ts'

interface CarrierClients<Exports> {
  readonly exports: Exports
  readonly fetch: Fetch
}
const MESSAGE = { model: 'claude-sonnet', max_tokens: 100, messages: [] }
const sendMessage = async (client: Sender): Promise<unknown> => client.messages.create(MESSAGE)

interface Sender {
  readonly messages: { create(message: typeof MESSAGE): Promise<unknown> }
}

/** Our span, where an older SDK makes none, at a real host. */
function expectOwnMessage(provider: string, host: string): ExpectedSpan {
  const { attributes, ...span } = describeOwnCarriers(provider).message
  return { ...span, attributes: { ...attributes, 'server.address': host, 'server.port': 443 } }
}

/** The SDK's own. */
function expectMessage(provider: string, host: string, path: string): ExpectedSpan {
  const { attributes, ...span } = describeCarriers(provider, path).message
  const url = `https://${host}${String(attributes['url.path'])}`
  const at = { 'server.address': host, 'server.port': 443, 'url.full': url, 'url.scheme': 'https' }
  return { ...span, attributes: { ...attributes, ...at } }
}

const BEDROCK_HOST = 'bedrock-runtime.eu-west-1.amazonaws.com'
const MANTLE_HOST = 'bedrock-mantle.us-east-1.api.aws'
const BEDROCK_SPANS = {
  bedrock_host: expectMessage('aws.bedrock', BEDROCK_HOST, '/model/%/invoke'),
  mantle_host: expectMessage('aws.bedrock', MANTLE_HOST, '/anthropic/v1/messages'),
}
const OLD_BEDROCK_SPANS = {
  bedrock_host: expectOwnMessage('aws.bedrock', BEDROCK_HOST),
  mantle_host: expectOwnMessage('aws.bedrock', MANTLE_HOST),
}

export const anthropicBedrockHosts: TestedSdk<CarrierClients<typeof Carrier>> = {
  name: '@anthropic-ai/bedrock-sdk',
  versions: ['@anthropic-ai/bedrock-sdk', 'anthropic-bedrock-0'],
  startProvider: startAnthropic,
  createClient: (moduleExports, url) => ({ exports: moduleExports, fetch: redirect(url, /.*/) }),
  scenarios: {
    bedrock_host: async ({ exports, fetch }) =>
      sendMessage(
        new exports.AnthropicBedrock({
          skipAuth: true,
          awsRegion: 'eu-west-1',
          maxRetries: 0,
          fetch,
        }),
      ),
    mantle_host: async ({ exports, fetch }) =>
      sendMessage(
        new exports.AnthropicBedrockMantle({
          apiKey: 'none',
          awsRegion: 'us-east-1',
          maxRetries: 0,
          fetch,
        }),
      ),
  },
  spans: BEDROCK_SPANS,
  spansOf: (version) => (version.startsWith('0.') ? OLD_BEDROCK_SPANS : BEDROCK_SPANS),
}

/** By the region; two of these are geographies, and the last one is everywhere. */
const VERTEX_HOSTS = {
  'europe-west1': 'europe-west1-aiplatform.googleapis.com',
  us: 'aiplatform.us.rep.googleapis.com',
  eu: 'aiplatform.eu.rep.googleapis.com',
  global: 'aiplatform.googleapis.com',
}
const VERTEX_SPANS = Object.fromEntries(
  Object.entries(VERTEX_HOSTS).map(([region, host]) => {
    const path = `/v1/projects/project/locations/${region}/publishers/anthropic/models/%:rawPredict`
    return [`vertex_in_${region}`, expectMessage('gcp.vertex_ai', host, path)]
  }),
)
const OLD_VERTEX_SPANS = Object.fromEntries(
  Object.entries(VERTEX_HOSTS).map(([region, host]) => [
    `vertex_in_${region}`,
    expectOwnMessage('gcp.vertex_ai', host),
  ]),
)

export const anthropicVertexHosts: TestedSdk<CarrierClients<typeof VertexCarrier>> = {
  name: '@anthropic-ai/vertex-sdk',
  versions: ['@anthropic-ai/vertex-sdk', 'anthropic-vertex-0'],
  startProvider: startAnthropic,
  createClient: (moduleExports, url) => ({ exports: moduleExports, fetch: redirect(url, /.*/) }),
  scenarios: Object.fromEntries(
    Object.keys(VERTEX_HOSTS).map((region) => [
      `vertex_in_${region}`,
      async ({ exports, fetch }: CarrierClients<typeof VertexCarrier>) =>
        sendMessage(
          new exports.AnthropicVertex({
            projectId: 'project',
            region,
            authClient: { getRequestHeaders: async () => new Headers() } as never,
            maxRetries: 0,
            fetch,
          }),
        ),
    ]),
  ),
  spans: VERTEX_SPANS,
  spansOf: (version) => (version.startsWith('0.') ? OLD_VERTEX_SPANS : VERTEX_SPANS),
}
