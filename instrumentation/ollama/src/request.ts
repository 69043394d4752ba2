import type { Attributes } from '@opentelemetry/api'
import { ATTR_SPANCOST_RESPONSE_SERVICE_TIER, findProviderByHost } from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT,
  ATTR_GEN_AI_OUTPUT_TYPE,
  describeSettings,
  readMember,
  readNumber,
  readObject,
  readServer,
  readText,
  type OperationStart,
} from '@spancost/instrumentation'

export type OperationName = 'chat' | 'text_completion' | 'embeddings' | 'systemone'

/**
 * What a call's span says at its start. Nothing of the prompt is in it. The provider is `ollama`
 * wherever the server stands: the conventions know no name for a model of one's own.
 */
export function describeCall(
  operation: OperationName,
  client: unknown,
  body: unknown,
): OperationStart {
  const request = readObject(body)
  const server = readServer(readMember(readMember(client, 'config'), 'host'))
  return {
    name: operation,
    provider: findProviderByHost(server?.address ?? '') ?? 'ollama',
    requestModel: readText(request.model),
    server,
    stream: request.stream === true,
    attributes: describeRequest(request),
    serviceTierKey: ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  }
}

function describeRequest(request: Readonly<Record<string, unknown>>): Attributes {
  const options = readObject(request.options)
  return {
    ...describeSettings({
      maxTokens: options.num_predict,
      temperature: options.temperature,
      topP: options.top_p,
      topK: options.top_k,
      frequencyPenalty: options.frequency_penalty,
      presencePenalty: options.presence_penalty,
      seed: options.seed,
      stop: options.stop,
    }),
    // `json`, or a JSON schema.
    [ATTR_GEN_AI_OUTPUT_TYPE]: request.format ? 'json' : undefined,
    [ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT]: readNumber(request.dimensions),
  }
}
