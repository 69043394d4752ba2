import { ATTR_SPANCOST_RESPONSE_SERVICE_TIER, resolveProvider } from '@spancost/genai/replies'
import {
  describeSettings,
  readObject,
  readText,
  type OperationStart,
} from '@spancost/instrumentation'

/** The conventions have no name for the last one. */
export type OperationName = 'chat' | 'embeddings' | 'rerank'

/**
 * What a call's span says at its start, by the event that begins it. Nothing of the prompt is in it.
 * The SDK names a provider and its API (`openai.responses`), and no host.
 */
export function describeCall(name: OperationName, event: unknown): OperationStart {
  const request = readObject(event)
  const requestModel = readText(request.modelId)
  const provider = resolveProvider({
    label: readText(request.provider),
    serverAddress: undefined,
    model: requestModel,
  })
  return {
    name,
    provider: provider ?? '_OTHER',
    requestModel,
    server: undefined,
    // Not told; the span says so when chunks have come.
    stream: false,
    attributes: describeSettings({
      maxTokens: request.maxOutputTokens,
      temperature: request.temperature,
      topP: request.topP,
      topK: request.topK,
      frequencyPenalty: request.frequencyPenalty,
      presencePenalty: request.presencePenalty,
      seed: request.seed,
      stop: request.stopSequences,
    }),
    serviceTierKey: ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  }
}
