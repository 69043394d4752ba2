import type { EmbeddingModel, LanguageModel } from 'ai'

type Model = Exclude<LanguageModel, string>
type Embedder = Exclude<EmbeddingModel, string>

const USAGE = {
  inputTokens: { total: 1200, noCache: 176, cacheRead: 1024, cacheWrite: undefined },
  outputTokens: { total: 340, text: 84, reasoning: 256 },
  raw: {
    prompt_tokens: 1200,
    completion_tokens: 340,
    total_tokens: 1540,
    prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 16 },
    completion_tokens_details: { reasoning_tokens: 256 },
  },
}
const RESPONSE = { id: 'resp_1', modelId: 'gpt-5-mini-2025-08-07', timestamp: new Date(0) }
const END = { usage: USAGE, providerMetadata: { openai: { serviceTier: 'flex' } } }
const STOP = { unified: 'stop', raw: 'stop' }

/**
 * A model of the SDK's interface of version 4, as a provider's package makes it. It fails by its
 * name: `broken` throws, `broken-stream` has an error amid its stream, `endless` goes on.
 */
export function createModel(modelId: string, { callsToolFirst = false } = {}): Model {
  let calls = 0
  const model = {
    specificationVersion: 'v4',
    provider: 'openai.responses',
    modelId,
    supportedUrls: {},
    async doGenerate() {
      calls += 1
      if (modelId === 'broken') throw new RangeError('may quote the prompt')
      const isCall = callsToolFirst && calls === 1
      const content = isCall
        ? { type: 'tool-call', toolCallId: 'call_1', toolName: 'find', input: '{}' }
        : { type: 'text', text: 'billing' }
      const finishReason = isCall ? { unified: 'tool-calls', raw: 'tool_calls' } : STOP
      return { content: [content], finishReason, ...END, response: RESPONSE, warnings: [] }
    },
    async doStream({ abortSignal }: { abortSignal?: AbortSignal }) {
      return { stream: ReadableStream.from(listParts(modelId, abortSignal)) }
    },
  }
  return model as unknown as Model
}

async function* listParts(modelId: string, abortSignal: AbortSignal | undefined) {
  const delta = { type: 'text-delta', id: '1', delta: 'bill' }
  yield { type: 'stream-start', warnings: [] }
  yield { type: 'response-metadata', ...RESPONSE }
  yield { type: 'text-start', id: '1' }
  yield delta
  if (modelId === 'endless') {
    while (true) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      abortSignal?.throwIfAborted()
      yield delta
    }
  }
  if (modelId === 'broken-stream') {
    yield { type: 'error', error: new RangeError('may quote the prompt') }
    return
  }
  yield { type: 'text-end', id: '1' }
  yield { type: 'finish', finishReason: STOP, ...END }
}

export function createEmbeddingModel(modelId: string): Embedder {
  const model = {
    specificationVersion: 'v4',
    provider: 'openai.embedding',
    modelId,
    maxEmbeddingsPerCall: 10,
    supportsParallelCalls: true,
    doEmbed: async ({ values }: { values: readonly string[] }) => ({
      embeddings: values.map(() => [0.25]),
      usage: { tokens: 7 },
      warnings: [],
    }),
  }
  return model as unknown as Embedder
}
