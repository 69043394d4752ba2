import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_CONVERSATION_ID,
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_P,
  ATTR_OPENAI_API_TYPE,
  ATTR_OPENAI_REQUEST_SERVICE_TIER,
  ATTR_OPENAI_RESPONSE_SERVICE_TIER,
  findProviderByHost,
} from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT,
  ATTR_GEN_AI_OUTPUT_TYPE,
  ATTR_GEN_AI_REQUEST_CHOICE_COUNT,
  ATTR_GEN_AI_REQUEST_ENCODING_FORMATS,
  ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY,
  ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY,
  ATTR_GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID,
  ATTR_GEN_AI_REQUEST_REASONING_LEVEL,
  ATTR_GEN_AI_REQUEST_SEED,
  readNumber,
  readObject,
  readServer,
  readText,
  type OperationStart,
} from '@spancost/instrumentation'

/** The APIs of the SDK whose calls become spans. */
export type Api =
  | 'chat_completions'
  | 'responses'
  | 'completions'
  | 'embeddings'
  | 'images'
  | 'speech'
  | 'transcriptions'

/** `gen_ai.operation.name` of each. Images, speech and transcriptions are what the conventions call content. */
export const OPERATIONS: Readonly<Record<Api, string>> = {
  chat_completions: 'chat',
  responses: 'chat',
  completions: 'text_completion',
  embeddings: 'embeddings',
  images: 'generate_content',
  speech: 'generate_content',
  transcriptions: 'generate_content',
}

const OUTPUT_TYPES: Readonly<Partial<Record<Api, string>>> = {
  images: 'image',
  speech: 'speech',
  transcriptions: 'text',
}

/** Clients whose class tells the provider even where the host, a proxy's, does not. */
const PROVIDERS_BY_CLIENT: ReadonlyMap<unknown, string> = new Map([
  ['AzureOpenAI', 'azure.ai.openai'],
  ['BedrockOpenAI', 'aws.bedrock'],
])

/** What a call's span says at its start. Nothing of the prompt is in it. */
export function describeCall(api: Api, client: unknown, body: unknown): OperationStart {
  const request = readObject(body)
  return {
    name: OPERATIONS[api],
    ...describeClient(client),
    requestModel: readText(request.model),
    stream: request.stream === true,
    attributes: describeRequest(api, request),
    ...(api === 'speech' && describeCharacters(request)),
    serviceTierKey: ATTR_OPENAI_RESPONSE_SERVICE_TIER,
  }
}

/** Whom a client talks to. */
export function describeClient(client: unknown): Pick<OperationStart, 'provider' | 'server'> {
  const { baseURL, constructor } = readObject(client)
  const server = readServer(baseURL)
  const provider =
    findProviderByHost(server?.address ?? '') ??
    PROVIDERS_BY_CLIENT.get(typeof constructor === 'function' ? constructor.name : undefined)
  return { provider: provider ?? 'openai', server }
}

function describeRequest(api: Api, request: Readonly<Record<string, unknown>>): Attributes {
  if (api === 'embeddings') return describeEmbeddings(request)
  const outputType = OUTPUT_TYPES[api]
  if (outputType === undefined) return describeChat(api, request)
  const choices = readNumber(request.n)
  return {
    [ATTR_GEN_AI_OUTPUT_TYPE]: outputType,
    [ATTR_GEN_AI_REQUEST_CHOICE_COUNT]: choices === 1 ? undefined : choices,
  }
}

/** Older models bill the characters that they speak, and the reply does not count them. */
function describeCharacters({ model, input }: Readonly<Record<string, unknown>>) {
  const isBilled = readText(model)?.startsWith('tts-') === true
  // By code points, as the provider counts.
  return isBilled && typeof input === 'string'
    ? { usage: { characters: Array.from(input).length } }
    : {}
}

function describeChat(api: Api, request: Readonly<Record<string, unknown>>): Attributes {
  const tier = readText(request.service_tier)
  const choices = readNumber(request.n)
  const { conversation } = request
  return {
    [ATTR_OPENAI_API_TYPE]: api === 'completions' ? undefined : api,
    [ATTR_OPENAI_REQUEST_SERVICE_TIER]: tier === 'auto' ? undefined : tier,
    [ATTR_GEN_AI_REQUEST_MAX_TOKENS]: readNumber(
      request.max_completion_tokens ?? request.max_tokens ?? request.max_output_tokens,
    ),
    [ATTR_GEN_AI_REQUEST_TEMPERATURE]: readNumber(request.temperature),
    [ATTR_GEN_AI_REQUEST_TOP_P]: readNumber(request.top_p),
    [ATTR_GEN_AI_REQUEST_FREQUENCY_PENALTY]: readNumber(request.frequency_penalty),
    [ATTR_GEN_AI_REQUEST_PRESENCE_PENALTY]: readNumber(request.presence_penalty),
    [ATTR_GEN_AI_REQUEST_SEED]: readNumber(request.seed),
    [ATTR_GEN_AI_REQUEST_CHOICE_COUNT]: choices === 1 ? undefined : choices,
    [ATTR_GEN_AI_REQUEST_REASONING_LEVEL]: readText(
      request.reasoning_effort ?? readObject(request.reasoning).effort,
    ),
    [ATTR_GEN_AI_OUTPUT_TYPE]: readOutputType(request),
    [ATTR_GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID]: readText(request.previous_response_id),
    [ATTR_GEN_AI_CONVERSATION_ID]: readText(readObject(conversation).id ?? conversation),
  }
}

function describeEmbeddings(request: Readonly<Record<string, unknown>>): Attributes {
  const format = readText(request.encoding_format)
  return {
    [ATTR_GEN_AI_REQUEST_ENCODING_FORMATS]: format === undefined ? undefined : [format],
    [ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT]: readNumber(request.dimensions),
  }
}

function readOutputType(request: Readonly<Record<string, unknown>>): string | undefined {
  const format = readObject(request.response_format ?? readObject(request.text).format)
  const type = readText(format.type)
  if (type === 'text') return type
  return type?.startsWith('json') === true ? 'json' : undefined
}
