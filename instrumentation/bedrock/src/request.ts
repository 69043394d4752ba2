import {
  ATTR_GEN_AI_REQUEST_MAX_TOKENS,
  ATTR_GEN_AI_REQUEST_TEMPERATURE,
  ATTR_GEN_AI_REQUEST_TOP_P,
  type Reply,
} from '@spancost/genai/replies'
import {
  ATTR_GEN_AI_REQUEST_STOP_SEQUENCES,
  readMember,
  readNumber,
  readObject,
  readText,
  readTexts,
  type OperationStart,
} from '@spancost/instrumentation'
import { parseJson } from './output.ts'

/** The commands that a model answers; whether they stream. Others are free. */
const COMMANDS: ReadonlyMap<unknown, boolean> = new Map([
  ['ConverseCommand', false],
  ['ConverseStreamCommand', true],
  ['InvokeModelCommand', false],
  ['InvokeModelWithResponseStreamCommand', true],
])

/**
 * What a call's span says at its start. Nothing of the prompt is in it. Commands that are sent with
 * a callback are left alone: what they return says nothing of the reply.
 */
export function describeCall(
  client: unknown,
  args: readonly unknown[],
): OperationStart | undefined {
  const [command, ...rest] = args
  const name = readMember(readMember(command, 'constructor'), 'name')
  const stream = COMMANDS.get(name)
  if (stream === undefined || rest.some((arg) => typeof arg === 'function')) return undefined
  const input = readObject(readMember(command, 'input'))
  const settings = readObject(input.inferenceConfig)
  const tier = readText(readObject(input.serviceTier).type)
  const model = readText(input.modelId)
  return {
    name: model?.includes('embed') === true ? 'embeddings' : 'chat',
    provider: 'aws.bedrock',
    requestModel: model,
    // The SDK finds the host out while it sends.
    server: undefined,
    stream,
    attributes: {
      'aws.bedrock.request.service_tier': tier,
      [ATTR_GEN_AI_REQUEST_MAX_TOKENS]: readNumber(settings.maxTokens),
      [ATTR_GEN_AI_REQUEST_TEMPERATURE]: readNumber(settings.temperature),
      [ATTR_GEN_AI_REQUEST_TOP_P]: readNumber(settings.topP),
      [ATTR_GEN_AI_REQUEST_STOP_SEQUENCES]: copy(readTexts(settings.stopSequences)),
    },
    serviceTierKey: 'aws.bedrock.response.service_tier',
    later: readRegion(readMember(client, 'config')),
  }
}

/** Converse's input, or what InvokeModel sends to the model's own API. */
export function findRequest(command: unknown): unknown {
  const input = readMember(command, 'input')
  const body = readMember(input, 'body')
  return typeof body === 'string' || body instanceof Uint8Array ? parseJson(body) : input
}

/** Prices differ by region, and where the SDK has it from is only known a little later. */
async function readRegion(config: unknown): Promise<Reply> {
  const find = readMember(config, 'region')
  const region: unknown = typeof find === 'function' ? await Reflect.apply(find, config, []) : find
  const text = readText(region)
  return text === undefined ? {} : { region: text }
}

function copy(texts: readonly string[] | undefined): string[] | undefined {
  return texts && [...texts]
}
