import type { Fate } from './fates.ts'
import type { Wire } from './wire.ts'

/** One SDK, in the hands of an application. */
export interface ChaosSdk {
  /** Of its instrumentation: `@spancost/instrumentation-{name}`. */
  readonly name: string
  /** Where an abort may come before the call has begun, so that there is no span. */
  readonly isLazy?: boolean
  /** Whose spans a call makes besides. */
  readonly below?: string
  /** What `manuallyInstrument` is given. */
  readonly modules: readonly unknown[]
  ask(fate: Fate, signal: AbortSignal): Promise<unknown>
}

type Request = Readonly<Record<string, unknown>>
const MESSAGES = [{ role: 'user' as const, content: 'Hi' }]

async function createStainless(name: string, module: string, wire: Wire): Promise<ChaosSdk> {
  const exports: { readonly default: new (options: object) => StainlessClient } = await import(
    module
  )
  const Client = exports.default
  const client = new Client({ apiKey: 'none', baseURL: `${wire.url}/${name}`, maxRetries: 0 })
  return {
    name,
    modules: [exports],
    ask: async ({ server, isStream }, signal) => {
      const body = { model: server, messages: MESSAGES, max_tokens: 5, stream: isStream }
      return (client.chat?.completions ?? client.messages).create(body, { signal })
    },
  }
}

interface StainlessClient {
  readonly chat?: { readonly completions: Creator }
  /** Anthropic's. */
  readonly messages: Creator
}
interface Creator {
  create(body: Request, options: { readonly signal: AbortSignal }): Promise<unknown>
}

async function createGoogle(wire: Wire): Promise<ChaosSdk> {
  const exports = await import('@google/genai')
  const httpOptions = { baseUrl: `${wire.url}/google` }
  const { models } = new exports.GoogleGenAI({ apiKey: 'none', httpOptions })
  return {
    name: 'google-genai',
    modules: [exports],
    ask: async ({ server, isStream }, abortSignal) => {
      const request = { model: server, contents: 'Hi', config: { abortSignal } }
      if (isStream) return models.generateContentStream(request)
      return (await models.generateContent(request)).candidates
    },
  }
}

async function createMistral(wire: Wire): Promise<ChaosSdk> {
  const exports = await import('@mistralai/mistralai')
  const retryConfig = { strategy: 'none' as const }
  const serverURL = `${wire.url}/mistral`
  const { chat } = new exports.Mistral({ apiKey: 'none', serverURL, retryConfig })
  return {
    name: 'mistral',
    modules: [exports],
    ask: async ({ server, isStream }, signal) => {
      const request = { model: server, messages: MESSAGES }
      const options = { fetchOptions: { signal } }
      return isStream ? chat.stream(request, options) : chat.complete(request, options)
    },
  }
}

async function createCohere(wire: Wire): Promise<ChaosSdk> {
  const exports = await import('cohere-ai')
  const options = { token: 'none', baseUrl: `${wire.url}/cohere`, maxRetries: 0 }
  return {
    name: 'cohere',
    modules: [exports],
    ask: async ({ server, isStream }, abortSignal) => {
      const client = new exports.CohereClientV2(options)
      const request = { model: server, messages: MESSAGES }
      if (isStream) return client.chatStream(request, { abortSignal })
      return client.chat(request, { abortSignal })
    },
  }
}

/** Its only way to abort a call ends all others of the client; `fetch` is the application's own. */
async function createOllama(wire: Wire): Promise<ChaosSdk> {
  const exports = await import('ollama')
  return {
    name: 'ollama',
    modules: [exports],
    ask: async ({ server, isStream }, signal) => {
      const client = new exports.Ollama({
        host: `${wire.url}/ollama`,
        fetch: async (input, init) => {
          const signals = [signal, init?.signal].filter((each) => each instanceof AbortSignal)
          return fetch(input, { ...init, signal: AbortSignal.any(signals) })
        },
      })
      const request = { model: server, messages: MESSAGES }
      return isStream ? client.chat({ ...request, stream: true }) : client.chat(request)
    },
  }
}

async function createBedrock(wire: Wire): Promise<ChaosSdk> {
  const exports = await import('@aws-sdk/client-bedrock-runtime')
  const client = new exports.BedrockRuntime({
    endpoint: `${wire.http2Url}/bedrock`,
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    region: 'eu-west-1',
    maxAttempts: 1,
  })
  const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }]
  return {
    name: 'bedrock',
    modules: [exports],
    ask: async ({ server, isStream }, abortSignal) => {
      const request = { modelId: server, messages }
      if (isStream) return (await client.converseStream(request, { abortSignal })).stream
      return (await client.converse(request, { abortSignal })).output
    },
  }
}

/** With a model of its own, as a provider's package makes it. */
async function createVercel(wire: Wire): Promise<ChaosSdk> {
  const { generateText, streamText } = await import('ai')
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
  const end = { finishReason: { unified: 'stop', raw: 'stop' }, usage }
  const call = async (model: string, stream: boolean, signal?: AbortSignal) => {
    const body = JSON.stringify({ model, stream })
    const options = { method: 'POST', body, ...(signal && { signal }) }
    const response = await fetch(`${wire.url}/vercel`, options)
    if (!response.ok) throw new RangeError(String(response.status))
    return response
  }
  async function* listParts(response: Response) {
    yield { type: 'text-start', id: '1' }
    const decoder = new TextDecoder()
    let rest = ''
    for await (const bytes of response.body ?? []) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) {
        const { text }: { text: string } = JSON.parse(line)
        yield { type: 'text-delta', id: '1', delta: text }
      }
    }
    yield { type: 'text-end', id: '1' }
    yield { type: 'finish', ...end }
  }
  const createModel = (modelId: string) => ({
    specificationVersion: 'v4',
    provider: 'openai.responses',
    modelId,
    supportedUrls: {},
    async doGenerate({ abortSignal }: { abortSignal?: AbortSignal }) {
      const { text }: { text: string } = JSON.parse(
        await (await call(modelId, false, abortSignal)).text(),
      )
      return { content: [{ type: 'text', text }], ...end, warnings: [] }
    },
    doStream: async ({ abortSignal }: { abortSignal?: AbortSignal }) => ({
      stream: ReadableStream.from(listParts(await call(modelId, true, abortSignal))),
    }),
  })
  return {
    name: 'vercel-ai',
    isLazy: true,
    modules: [],
    ask: async ({ server, isStream }, abortSignal) => {
      const model = createModel(server) as never
      const request = { model, prompt: 'Hi', maxRetries: 0, abortSignal }
      if (!isStream) return (await generateText(request)).text
      return streamText({ ...request, onError: () => undefined }).textStream
    },
  }
}

/** A chain whose model calls OpenAI's SDK. */
async function createLangChain(openai: ChaosSdk): Promise<ChaosSdk> {
  const models = await import('@langchain/core/language_models/chat_models')
  const manager = await import('@langchain/core/callbacks/manager')
  const singletons = await import('@langchain/core/singletons')
  const { AIMessage, AIMessageChunk } = await import('@langchain/core/messages')
  const { ChatGenerationChunk } = await import('@langchain/core/outputs')
  const { RunnableLambda } = await import('@langchain/core/runnables')

  class Model extends models.BaseChatModel {
    private readonly fate: Fate
    private readonly signal: AbortSignal
    constructor(fate: Fate, signal: AbortSignal) {
      super({ maxRetries: 0 })
      this.fate = fate
      this.signal = signal
    }
    _llmType(): string {
      return 'chaos'
    }
    async _generate() {
      await openai.ask(this.fate, this.signal)
      return { generations: [{ text: 'Hi', message: new AIMessage({ id: '1', content: 'Hi' }) }] }
    }
    override async *_streamResponseChunks() {
      const stream = (await openai.ask(this.fate, this.signal)) as AsyncIterable<object>
      for await (const _ of stream) {
        const message = new AIMessageChunk({ id: '1', content: 'x' })
        yield new ChatGenerationChunk({ text: 'x', message })
      }
    }
  }
  return {
    name: 'langchain',
    below: 'openai',
    isLazy: true,
    modules: [models, manager, singletons],
    ask: async (fate, signal) => {
      const chain = RunnableLambda.from((text: string) => text).pipe(new Model(fate, signal))
      return fate.isStream ? chain.stream('Hi', { signal }) : chain.invoke('Hi', { signal })
    },
  }
}

export async function createChaosSdks(wire: Wire): Promise<readonly ChaosSdk[]> {
  const openai = await createStainless('openai', 'openai', wire)
  return [
    openai,
    await createStainless('groq', 'groq-sdk', wire),
    await createStainless('together', 'together-ai', wire),
    await createStainless('anthropic', '@anthropic-ai/sdk', wire),
    await createGoogle(wire),
    await createMistral(wire),
    await createCohere(wire),
    await createOllama(wire),
    await createBedrock(wire),
    await createVercel(wire),
    await createLangChain(openai),
  ]
}

/** Of an instrumentation; OpenTelemetry's type does not know it. */
export function instrument(instrumentation: object, sdk: ChaosSdk): void {
  const { manuallyInstrument } = instrumentation as {
    manuallyInstrument(this: unknown, moduleExports: unknown): void
  }
  for (const exports of sdk.modules) manuallyInstrument.call(instrumentation, exports)
}
