import type { Attributes } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_AGENT_NAME,
  ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  findProviderByHost,
} from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT,
  ATTR_GEN_AI_OUTPUT_TYPE,
  ATTR_GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID,
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

export interface CalledMethod {
  /** The conventions have no name for the last one. */
  readonly operation: 'generate_content' | 'embeddings' | 'image_generation'
  readonly stream: boolean
}

type Request = Readonly<Record<string, unknown>>

/** What the span of a request of `client.models` says at its start; nothing of the prompt. */
export function describeModelCall(
  { operation, stream }: CalledMethod,
  models: unknown,
  params: unknown,
): OperationStart {
  const request = readObject(params)
  const config = readObject(request.config)
  const override = readObject(config.httpOptions).baseUrl
  return {
    name: operation,
    requestModel: readModel(request.model),
    stream,
    attributes: operation === 'generate_content' ? describeContent(config) : describeRest(config),
    ...readDestination(readMember(models, 'apiClient'), override),
  }
}

/** What the span of `client.interactions.create` says at its start. */
export function describeInteraction(interactions: unknown, params: unknown): OperationStart {
  const request = readObject(params)
  const config = readObject(request.generation_config)
  return {
    name: 'generate_content',
    requestModel: readModel(request.model),
    stream: request.stream === true,
    attributes: {
      ...describeSettings({
        maxTokens: config.max_output_tokens,
        temperature: config.temperature,
        topP: config.top_p,
        seed: config.seed,
        stop: config.stop_sequences,
      }),
      [ATTR_GEN_AI_REQUEST_REASONING_LEVEL]: readText(config.thinking_level),
      [ATTR_GEN_AI_AGENT_NAME]: readText(request.agent),
      [ATTR_GEN_AI_REQUEST_PREVIOUS_RESPONSE_ID]: readText(request.previous_interaction_id),
    },
    ...readDestination(readMember(interactions, 'parentClient'), undefined),
  }
}

function readDestination(apiClient: unknown, override: unknown) {
  const server = readServer(override ?? callMethod(apiClient, 'getBaseUrl'))
  const isVertex = callMethod(apiClient, 'isVertexAI') === true
  const provider = findProviderByHost(server?.address ?? '')
  return {
    server,
    provider: provider ?? (isVertex ? 'gcp.vertex_ai' : 'gcp.gemini'),
    serviceTierKey: ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  }
}

function callMethod(target: unknown, name: string): unknown {
  const method = readMember(target, name)
  return typeof method === 'function' ? Reflect.apply(method, target, []) : undefined
}

/** `models/gemini-3.8-flash` and `publishers/google/models/gemini-3.8-flash` name one model. */
function readModel(value: unknown): string | undefined {
  return readText(value)?.replace(/^(?:.*\/)?models\//, '')
}

function describeContent(config: Request): Attributes {
  const mime = readText(config.responseMimeType)
  return {
    ...describeSettings({
      maxTokens: config.maxOutputTokens,
      temperature: config.temperature,
      topP: config.topP,
      topK: config.topK,
      frequencyPenalty: config.frequencyPenalty,
      presencePenalty: config.presencePenalty,
      seed: config.seed,
      choices: config.candidateCount,
      stop: config.stopSequences,
    }),
    [ATTR_GEN_AI_REQUEST_REASONING_LEVEL]: readText(
      readObject(config.thinkingConfig).thinkingLevel,
    )?.toLowerCase(),
    [ATTR_GEN_AI_OUTPUT_TYPE]: mime === 'application/json' ? 'json' : readOutputType(config),
  }
}

const OUTPUT_TYPES: ReadonlyMap<string, string> = new Map([
  ['TEXT', 'text'],
  ['IMAGE', 'image'],
  ['AUDIO', 'speech'],
])

/** Where several kinds are asked for, none of the conventions' words would be right. */
function readOutputType({ responseModalities }: Request): string | undefined {
  const [only, ...others] = readTexts(responseModalities) ?? []
  return others.length > 0 ? undefined : OUTPUT_TYPES.get(only?.toUpperCase() ?? '')
}

function describeRest(config: Request): Attributes {
  return {
    ...describeSettings({ choices: config.numberOfImages, seed: config.seed }),
    [ATTR_GEN_AI_EMBEDDINGS_DIMENSION_COUNT]: readNumber(config.outputDimensionality),
  }
}
