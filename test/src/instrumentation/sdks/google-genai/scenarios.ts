import type { CallableTool, GoogleGenAI } from '@google/genai'
import {
  catchError,
  collectRejections,
  describePromise,
  readAll,
  type TestedSdk,
} from '../../sdk.ts'

export interface GoogleClients {
  readonly gemini: GoogleGenAI
  readonly vertex: GoogleGenAI
}

const REQUEST = {
  model: 'gemini-3.8-flash',
  contents: 'Sort this ticket: I was charged twice.',
  config: { temperature: 0.5, maxOutputTokens: 100, topK: 20 },
}

const TOOL: CallableTool = {
  tool: async () => ({ functionDeclarations: [{ name: 'find' }] }),
  callTool: async () => [{ functionResponse: { name: 'find', response: { output: 'nothing' } } }],
}

export const SCENARIOS: TestedSdk<GoogleClients>['scenarios'] = {
  generate: async ({ gemini }) => withoutHeaders(await gemini.models.generateContent(REQUEST)),

  generate_promise: async ({ gemini }) => {
    const seen = await describePromise(gemini.models.generateContent(REQUEST))
    return withoutHeaders(seen)
  },

  generate_model_path: async ({ gemini }) => {
    const request = { ...REQUEST, model: 'models/gemini-3.8-flash' }
    return (await gemini.models.generateContent(request)).text
  },

  generate_stream: async ({ gemini }) => {
    const stream = await gemini.models.generateContentStream(REQUEST)
    return (await readAll(stream)).map(withoutHeaders)
  },

  generate_stream_break: async ({ gemini }) => {
    for await (const chunk of await gemini.models.generateContentStream(REQUEST)) return chunk.text
    return 'no chunk'
  },

  generate_stream_aborted: async ({ gemini }) => {
    const abort = new AbortController()
    const config = { abortSignal: abort.signal }
    const request = { ...REQUEST, model: 'endless', config: { ...REQUEST.config, ...config } }
    const stream = await gemini.models.generateContentStream(request)
    const first = await stream.next()
    abort.abort()
    const drain = async () => {
      while ((await stream.next()).done !== true);
    }
    return { first: first.done, rest: await catchError(drain()) }
  },

  generate_stream_cut_off: async ({ gemini }) =>
    catchError(
      readAll(await gemini.models.generateContentStream({ ...REQUEST, model: 'cut-off' })),
    ),

  generate_error_429: async ({ gemini }) =>
    catchError(gemini.models.generateContent({ ...REQUEST, model: 'no-quota' })),

  generate_error_unhandled: async ({ gemini }) =>
    collectRejections(() => void gemini.models.generateContent({ ...REQUEST, model: 'no-quota' })),

  function_calling: async ({ gemini }) => {
    const config = { ...REQUEST.config, tools: [TOOL] }
    const reply = await gemini.models.generateContent({ ...REQUEST, config })
    return { text: reply.text, history: reply.automaticFunctionCallingHistory }
  },

  chat: async ({ gemini }) => {
    const chat = gemini.chats.create({ model: REQUEST.model, config: REQUEST.config })
    const { text } = await chat.sendMessage({ message: 'Sort this ticket.' })
    return { text, history: chat.getHistory() }
  },

  chat_stream: async ({ gemini }) => {
    const chat = gemini.chats.create({ model: REQUEST.model, config: REQUEST.config })
    const chunks = await readAll(await chat.sendMessageStream({ message: 'Sort this ticket.' }))
    return { texts: chunks.map(({ text }) => text), history: chat.getHistory() }
  },

  embed: async ({ gemini }) =>
    withoutHeaders(
      await gemini.models.embedContent({ model: 'gemini-embedding-001', contents: ['a'] }),
    ),

  interaction: async ({ gemini }) => {
    const { id, usage } = await gemini.interactions.create({
      model: 'gemini-3.8-flash',
      input: 'a',
    })
    return { id, usage }
  },

  interaction_stream: async ({ gemini }) => {
    const request = { model: 'gemini-3.8-flash' as const, input: 'a', stream: true as const }
    const events = await readAll(await gemini.interactions.create(request))
    return events.map(({ event_type: type }) => type)
  },

  vertex_images: async ({ vertex }) => {
    // It is deprecated, and says so.
    const { warn } = console
    const warnings: unknown[] = []
    console.warn = (...args: readonly unknown[]) => warnings.push(args)
    const reply = await vertex.models.generateImages({
      model: 'imagen-4.0-generate-001',
      prompt: 'a cat',
      config: { numberOfImages: 2 },
    })
    console.warn = warn
    return { reply: withoutHeaders(reply), warnings }
  },

  vertex_generate: async ({ vertex }) =>
    withoutHeaders(await vertex.models.generateContent(REQUEST)),

  vertex_stream: async ({ vertex }) =>
    (await readAll(await vertex.models.generateContentStream(REQUEST))).map(withoutHeaders),

  vertex_embed: async ({ vertex }) =>
    withoutHeaders(
      await vertex.models.embedContent({ model: 'text-embedding-005', contents: ['a', 'b'] }),
    ),
}

/** Headers name the time and the request. */
function withoutHeaders(reply: object): unknown {
  return JSON.parse(
    JSON.stringify(reply, (key, value: unknown) => (key === 'sdkHttpResponse' ? 'there' : value)),
  )
}
