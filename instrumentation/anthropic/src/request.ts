import {
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_P,
  findProviderByHost,
} from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_OUTPUT_TYPE,
  ATTR_GEN_AI_REQUEST_REASONING_LEVEL,
  ATTR_GEN_AI_REQUEST_STOP_SEQUENCES,
  ATTR_GEN_AI_REQUEST_TOP_K,
  readMember,
  readNumber,
  readObject,
  readServer,
  readText,
  readTexts,
  type OperationStart,
} from '@spancost/instrumentation'

/** Clients of other packages, which older versions of the SDK do not tell apart. */
const PROVIDERS_BY_CLIENT: ReadonlyMap<unknown, string> = new Map([
  ['AnthropicBedrock', 'aws.bedrock'],
  ['AnthropicBedrockMantle', 'aws.bedrock'],
  ['AnthropicVertex', 'gcp.vertex_ai'],
])

/** What a call's span says at its start. Nothing of the prompt is in it. */
export function describeCall(client: unknown, body: unknown): OperationStart {
  const request = readObject(body)
  const output = readObject(request.output_config)
  const tier = readText(request.service_tier)
  return {
    name: 'chat',
    ...describeClient(client),
    requestModel: readText(request.model),
    stream: request.stream === true,
    attributes: {
      'anthropic.request.service_tier': tier === 'auto' ? undefined : tier,
      [ATTR_GEN_AI_REQUEST_MAX_TOKENS]: readNumber(request.max_tokens),
      [ATTR_GEN_AI_REQUEST_TEMPERATURE]: readNumber(request.temperature),
      [ATTR_GEN_AI_REQUEST_TOP_P]: readNumber(request.top_p),
      [ATTR_GEN_AI_REQUEST_TOP_K]: readNumber(request.top_k),
      [ATTR_GEN_AI_REQUEST_STOP_SEQUENCES]: readTexts(request.stop_sequences),
      [ATTR_GEN_AI_REQUEST_REASONING_LEVEL]: readText(output.effort),
      [ATTR_GEN_AI_OUTPUT_TYPE]: readOutputType(output.format ?? request.output_format),
    },
    serviceTierKey: 'anthropic.response.service_tier',
  }
}

/** Whom a client talks to. */
export function describeClient(client: unknown): Pick<OperationStart, 'provider' | 'server'> {
  const server = readServer(readMember(client, 'baseURL'))
  return { provider: findProvider(client, server?.address), server }
}

/** What the SDK says; else by the host; else by the class, for a host that is a proxy's. */
function findProvider(client: unknown, host: string | undefined): string {
  const named = readText(readMember(client, '_genAIProviderName'))
  const name = readMember(readMember(client, 'constructor'), 'name')
  return (
    (named === 'anthropic' ? undefined : named) ??
    findProviderByHost(host ?? '') ??
    PROVIDERS_BY_CLIENT.get(name) ??
    'anthropic'
  )
}

function readOutputType(format: unknown): string | undefined {
  return readText(readObject(format).type)?.startsWith('json') === true ? 'json' : undefined
}
