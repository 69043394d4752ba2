import { createServer as createHttp } from 'node:http'
import { createServer as createHttp2, type ServerHttp2Session } from 'node:http2'
import { text as readText } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AddressInfo } from 'node:net'
import { encodeFrame } from '../sdks/bedrock.ts'
import { readServerFate, type ServerFate } from './fates.ts'

/** How a provider writes: a whole reply, and the parts of a stream. */
interface Dialect {
  readonly reply: object
  readonly type: string
  part(index: number): Uint8Array | string
  readonly end: string
  readonly malformed: string
}

const PARTS = 5
const EVENTS = { type: 'text/event-stream', malformed: 'data: {no\n\n' }
const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`
const named = (value: { readonly type: string; readonly [member: string]: unknown }) =>
  `event: ${value.type}\n${event(value)}`

const openai: Dialect = {
  ...EVENTS,
  reply: {
    id: 'c1',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' } }],
  },
  part: (index) =>
    event({ id: 'c1', model: 'm', choices: [{ index: 0, delta: { content: `${index}` } }] }),
  end: 'data: [DONE]\n\n',
}
const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [],
  usage: { input_tokens: 1, output_tokens: 1 },
}
const CHOICE = { index: 0, finish_reason: 'stop' }
const MISTRAL = { id: 'c1', object: 'chat.completion', created: 1, model: 'm' }
const OLLAMA = { model: 'm', message: { role: 'assistant', content: 'Hi' } }
const GEMINI = { candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] } }] }

/** By the first name in the path, which each client's base URL has. */
const DIALECTS: Readonly<Record<string, Dialect>> = {
  openai,
  groq: openai,
  together: openai,
  anthropic: {
    ...EVENTS,
    reply: MESSAGE,
    part: (index) =>
      named(
        index === 0
          ? { type: 'message_start', message: MESSAGE }
          : {
              type: 'content_block_delta',
              index: 0,
              delta: { type: 'text_delta', text: 'x' },
            },
      ),
    end: named({ type: 'message_stop' }),
    malformed: 'event: content_block_delta\ndata: {no\n\n',
  },
  mistral: {
    ...EVENTS,
    reply: {
      ...MISTRAL,
      choices: [{ ...CHOICE, message: { role: 'assistant', content: 'Hi' } }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    },
    part: (index) =>
      event({
        ...MISTRAL,
        choices: [{ index: 0, delta: { content: `${index}` }, finish_reason: null }],
      }),
    end: 'data: [DONE]\n\n',
  },
  cohere: {
    ...EVENTS,
    reply: { id: 'c1', finish_reason: 'COMPLETE', message: { role: 'assistant', content: [] } },
    part: (index) =>
      named({
        type: 'content-delta',
        index: 0,
        delta: { message: { content: { text: `${index}` } } },
      }),
    end: '',
    malformed: 'event: content-delta\ndata: {no\n\n',
  },
  ollama: {
    type: 'application/x-ndjson',
    reply: { ...OLLAMA, done: true },
    part: () => `${JSON.stringify({ ...OLLAMA, done: false })}\n`,
    end: `${JSON.stringify({ ...OLLAMA, done: true, done_reason: 'stop' })}\n`,
    malformed: '{no\n',
  },
  google: { ...EVENTS, reply: GEMINI, part: () => event(GEMINI), end: '' },
  vercel: {
    type: 'application/x-ndjson',
    reply: { text: 'Hi' },
    part: (index) => `${JSON.stringify({ text: `${index}` })}\n`,
    end: '',
    malformed: '{no\n',
  },
  bedrock: {
    type: 'application/vnd.amazon.eventstream',
    reply: { output: { message: { role: 'assistant', content: [{ text: 'Hi' }] } } },
    part: (index) =>
      encodeFrame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: `${index}` } }),
    end: '',
    malformed: 'no frame, though as long as one has to be, and longer',
  },
}

/** What HTTP/1 and HTTP/2 have in common. */
interface Request extends AsyncIterable<Uint8Array> {
  readonly url?: string | undefined
}
interface Response {
  sendDate: boolean
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown
  write(part: Uint8Array | string, done?: () => void): unknown
  end(part: string): unknown
  destroy(): unknown
}

async function answer(request: Request, response: Response): Promise<void> {
  const path = request.url ?? ''
  // Some SDKs hand the headers on.
  response.sendDate = false
  const body = await readText(request)
  const dialect = DIALECTS[path.split('/')[1] ?? ''] ?? openai
  // Google's and Bedrock's SDKs name the model in the path, the others in the body.
  const fate = readServerFate(/"model":"([a-z-]+)"/.exec(body)?.[1] ?? path)
  if (fate === 'refuses' || fate === 'fails') {
    response.writeHead(fate === 'refuses' ? 429 : 500, { 'content-type': 'application/json' })
    response.end('{"error":{"message":"no","code":"none"},"message":"no"}')
  } else if (/"stream":true|stream/i.test(`${path}${/"stream":true/.exec(body)?.[0] ?? ''}`)) {
    await sendStream(dialect, fate, response)
  } else {
    await sendWhole(dialect, fate, response)
  }
}

async function sendStream(dialect: Dialect, fate: ServerFate, response: Response): Promise<void> {
  response.writeHead(200, { 'content-type': dialect.type })
  for (let index = 0; index < PARTS; index += 1) {
    if (fate === 'breaks-off' && index === 3) {
      response.destroy()
      return
    }
    if (fate === 'slow') await sleep(2)
    response.write(fate === 'no-json' && index === 3 ? dialect.malformed : dialect.part(index))
  }
  response.end(dialect.end)
}

async function sendWhole(dialect: Dialect, fate: ServerFate, response: Response): Promise<void> {
  if (fate === 'slow') await sleep(5)
  response.writeHead(200, { 'content-type': 'application/json' })
  if (fate === 'breaks-off') response.write('{"id":', () => response.destroy())
  else response.end(fate === 'no-json' ? '{no' : JSON.stringify(dialect.reply))
}

export interface Wire {
  readonly url: string
  /** For the client of Bedrock, which speaks HTTP/2. */
  readonly http2Url: string
  close(): void
}

/** A stand-in for all providers at once. */
export async function startWire(): Promise<Wire> {
  const http = createHttp((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  const sessions = new Set<ServerHttp2Session>()
  const http2 = createHttp2((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  http2.on('session', (session) => {
    sessions.add(session)
    session.on('error', () => undefined)
  })
  http2.on('sessionError', () => undefined)
  const listen = async (server: typeof http | typeof http2): Promise<string> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  return {
    url: await listen(http),
    http2Url: await listen(http2),
    close() {
      http.close()
      http2.close()
      http.closeAllConnections()
      for (const session of sessions) session.destroy()
    },
  }
}
