import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  findProviderByHost,
} from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_AGENT_ID,
  ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT,
  ATTR_GEN_AI_OUTPUT_TYPE,
  ATTR_GEN_AI_REQUEST_ENCODING_FORMATS,
  ATTR_GEN_AI_REQUEST_REASONING_LEVEL,
  describeSettings,
  readMember,
  readNumber,
  readObject,
  readServer,
  readText,
  readTexts,
  type OperationStart,
} from '@spancost/instrumentation'

/** The conventions have no name for the last two. */
export type OperationName = 'chat' | 'text_completion' | 'embeddings' | 'transcription' | 'ocr'

export interface CalledMethod {
  readonly operation: OperationName
  readonly stream: boolean
}

type Request = Readonly<Record<string, unknown>>

/** What a call's span says at its start. Nothing of the prompt is in it. */
export function describeCall(
  { operation, stream }: CalledMethod,
  resource: unknown,
  [body, options]: readonly unknown[],
): OperationStart {
  const request = readObject(body)
  const server = readServer(readObject(options).serverURL ?? readMember(resource, '_baseURL'))
  return {
    name: operation,
    provider: findProviderByHost(server?.address ?? '') ?? 'mistral_ai',
    requestModel: readText(request.model),
    server,
    stream,
    attributes: operation === 'embeddings' ? describeEmbeddings(request) : describeChat(request),
    serviceTierKey: ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  }
}

/** Conversations have their settings, and what is asked for on from there, in members. */
function describeChat(request: Request): Attributes {
  const more = [
    request.conversationAppendRequest,
    request.conversationAppendStreamRequest,
    request.conversationRestartRequest,
    request.conversationRestartStreamRequest,
  ].find((member) => member !== undefined)
  const asked = { ...request, ...readObject(more) }
  const settings = { ...asked, ...readObject(asked.completionArgs) }
  const format = readText(readObject(settings.responseFormat).type)
  return {
    ...describeSettings({
      maxTokens: settings.maxTokens,
      temperature: settings.temperature,
      topP: settings.topP,
      frequencyPenalty: settings.frequencyPenalty,
      presencePenalty: settings.presencePenalty,
      seed: settings.randomSeed,
      choices: settings.n,
      stop: settings.stop,
    }),
    [ATTR_GEN_AI_REQUEST_REASONING_LEVEL]: readText(settings.reasoningEffort),
    [ATTR_GEN_AI_OUTPUT_TYPE]: format?.startsWith('json') === true ? 'json' : format,
    [ATTR_GEN_AI_AGENT_ID]: readText(asked.agentId),
    [ATTR_GEN_AI_CONVERSATION_ID]: readText(asked.conversationId),
  }
}

function describeEmbeddings(request: Request): Attributes {
  const formats = readTexts([request.encodingFormat])
  return {
    [ATTR_GEN_AI_REQUEST_ENCODING_FORMATS]: formats && [...formats],
    [ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT]: readNumber(request.outputDimension),
  }
}
