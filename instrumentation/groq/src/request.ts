import type { Attributes } from '@opentelemetry/api'
import { ATTR_SPANCOST_RESPONSE_SERVICE_TIER, findProviderByHost } from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_OUTPUT_TYPE,
  ATTR_GEN_AI_REQUEST_ENCODING_FORMATS,
  ATTR_GEN_AI_REQUEST_REASONING_LEVEL,
  describeSettings,
  readMember,
  readObject,
  readServer,
  readText,
  readTexts,
  type OperationStart,
} from '@spancost/instrumentation'

export type OperationName = 'chat' | 'embeddings' | 'transcription'

/** What a call's span says at its start. Nothing of the prompt is in it. */
export function describeCall(
  operation: OperationName,
  resource: unknown,
  body: unknown,
): OperationStart {
  const request = readObject(body)
  const server = readServer(readMember(readMember(resource, '_client'), 'baseURL'))
  return {
    name: operation,
    provider: findProviderByHost(server?.address ?? '') ?? 'groq',
    requestModel: readText(request.model),
    server,
    stream: request.stream === true,
    attributes: operation === 'chat' ? describeChat(request) : describeOther(request),
    serviceTierKey: ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  }
}

function describeChat(request: Readonly<Record<string, unknown>>): Attributes {
  const format = readText(readObject(request.response_format).type)
  return {
    ...describeSettings({
      maxTokens: request.max_completion_tokens ?? request.max_tokens,
      temperature: request.temperature,
      topP: request.top_p,
      frequencyPenalty: request.frequency_penalty,
      presencePenalty: request.presence_penalty,
      seed: request.seed,
      choices: request.n,
      stop: request.stop,
    }),
    [ATTR_GEN_AI_REQUEST_REASONING_LEVEL]: readText(request.reasoning_effort),
    [ATTR_GEN_AI_OUTPUT_TYPE]: format?.startsWith('json') === true ? 'json' : format,
  }
}

function describeOther(request: Readonly<Record<string, unknown>>): Attributes {
  const formats = readTexts([request.encoding_format])
  return {
    ...describeSettings({ temperature: request.temperature }),
    [ATTR_GEN_AI_REQUEST_ENCODING_FORMATS]: formats && [...formats],
  }
}
