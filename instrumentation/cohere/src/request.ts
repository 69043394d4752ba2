import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  findProviderByHost,
} from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT,
  ATTR_GEN_AI_OUTPUT_TYPE,
  ATTR_GEN_AI_REQUEST_ENCODING_FORMATS,
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
export type OperationName = 'chat' | 'text_completion' | 'embeddings' | 'rerank' | 'ocr'

export interface CalledMethod {
  readonly operation: OperationName
  readonly stream: boolean
}

type Request = Readonly<Record<string, unknown>>

const DEFAULT_URL = 'https://api.cohere.com'

/** What a call's span says at its start. Nothing of the prompt is in it. */
export function describeCall(
  { operation, stream }: CalledMethod,
  client: unknown,
  body: unknown,
): OperationStart {
  const request = readObject(body)
  const options = readObject(readMember(client, '_options'))
  // The clients for AWS send requests in a way of their own, to a host that they do not tell.
  const isOnAws = options.fetcher !== undefined && options.awsRegion !== undefined
  const server = isOnAws
    ? undefined
    : readServer(options.baseUrl ?? options.environment ?? DEFAULT_URL)
  const provider = isOnAws ? 'aws.bedrock' : findProviderByHost(server?.address ?? '')
  return {
    name: operation,
    provider: provider ?? 'cohere',
    requestModel: readText(request.model),
    server,
    stream,
    attributes: operation === 'embeddings' ? describeEmbeddings(request) : describeChat(request),
    serviceTierKey: ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  }
}

function describeChat(request: Request): Attributes {
  const format = readText(readObject(request.responseFormat).type)
  return {
    ...describeSettings({
      maxTokens: request.maxTokens,
      temperature: request.temperature,
      topP: request.p,
      topK: request.k,
      frequencyPenalty: request.frequencyPenalty,
      presencePenalty: request.presencePenalty,
      seed: request.seed,
      choices: request.numGenerations,
      stop: request.stopSequences,
    }),
    [ATTR_GEN_AI_OUTPUT_TYPE]: format?.startsWith('json') === true ? 'json' : format,
    [ATTR_GEN_AI_CONVERSATION_ID]: readText(request.conversationId),
  }
}

function describeEmbeddings(request: Request): Attributes {
  const formats = readTexts(request.embeddingTypes)
  return {
    [ATTR_GEN_AI_REQUEST_ENCODING_FORMATS]: formats && [...formats],
    [ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT]: readNumber(request.outputDimension),
  }
}
