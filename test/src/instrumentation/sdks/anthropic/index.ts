import type * as Bedrock from '@anthropic-ai/bedrock-sdk'
import type * as Sdk from '@anthropic-ai/sdk'
import type { Anthropic } from '@anthropic-ai/sdk'
import type * as Vertex from '@anthropic-ai/vertex-sdk'
import type { TestedSdk } from '../../sdk.ts'
import { startAnthropic } from './replies.ts'
import { CARRIER_SCENARIOS, SCENARIOS } from './scenarios.ts'
import { describeCarriers, describeOwnCarriers, NATIVE_SPANS, OWN_SPANS } from './spans.ts'

type Messages = Pick<Anthropic, 'messages'>

const BEDROCK_SPANS = describeCarriers('aws.bedrock', '/model/%/invoke')
const VERTEX_SPANS = describeCarriers(
  'gcp.vertex_ai',
  '/projects/project/locations/us-east5/publishers/anthropic/models/%:rawPredict',
)

/** Both packages bring the SDK's classes along, from another file than the main one. */
export const anthropicBedrock: TestedSdk<Messages> = {
  name: '@anthropic-ai/bedrock-sdk',
  versions: ['@anthropic-ai/bedrock-sdk', 'anthropic-bedrock-0'],
  startProvider: startAnthropic,
  createClient: (moduleExports, baseURL) =>
    new (moduleExports as typeof Bedrock).AnthropicBedrock({
      skipAuth: true,
      awsRegion: 'us-east-1',
      maxRetries: 0,
      baseURL,
    }),
  scenarios: CARRIER_SCENARIOS,
  spans: BEDROCK_SPANS,
  spansOf: (version) =>
    version.startsWith('0.') ? describeOwnCarriers('aws.bedrock') : BEDROCK_SPANS,
}

export const anthropicVertex: TestedSdk<Messages> = {
  name: '@anthropic-ai/vertex-sdk',
  versions: ['@anthropic-ai/vertex-sdk', 'anthropic-vertex-0'],
  startProvider: startAnthropic,
  createClient: (moduleExports, baseURL) =>
    new (moduleExports as typeof Vertex).AnthropicVertex({
      projectId: 'project',
      region: 'us-east5',
      authClient: { getRequestHeaders: async () => new Headers() } as never,
      maxRetries: 0,
      baseURL,
    }),
  scenarios: CARRIER_SCENARIOS,
  spans: VERTEX_SPANS,
  spansOf: (version) =>
    version.startsWith('0.') ? describeOwnCarriers('gcp.vertex_ai') : VERTEX_SPANS,
}

export const anthropic: TestedSdk<Anthropic> = {
  name: '@anthropic-ai/sdk',
  versions: ['@anthropic-ai/sdk', 'anthropic-0'],
  startProvider: startAnthropic,
  createClient: (moduleExports, baseURL) =>
    new (moduleExports as typeof Sdk).Anthropic({ apiKey: 'none', maxRetries: 0, baseURL }),
  scenarios: SCENARIOS,
  spans: NATIVE_SPANS,
  spansOf: (version) => (version.startsWith('0.') ? OWN_SPANS : NATIVE_SPANS),
}
