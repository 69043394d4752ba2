import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createChatChunks,
  createChatCompletion,
  createEmbeddings,
  createError,
  createResponse,
  createResponseEvents,
  MODELS,
  type ModelReply,
} from './replies.ts'

/**
 * A stand-in for the OpenAI API on the loopback interface. It speaks the wire format, so that the
 * real SDK can talk to it, and answers each model with the token counts in `replies.ts`.
 *
 * Further models fail: `no-quota` with a 429, `not-json` with a body that cannot be parsed,
 * `broken-stream` with an error amid its stream, `cut-off` by closing the connection there, and
 * `endless` goes on until the client leaves.
 */
export interface ReplayServer {
  /** What the SDK calls its base URL. */
  readonly url: string
  close(): Promise<void>
}

const MAX_BODY_BYTES = 1024 * 1024

interface Call {
  readonly id: string
  readonly body: Record<string, unknown>
  readonly response: ServerResponse
}

/** @param port 0, the default, takes any free one. */
export async function startReplayServer(port = 0): Promise<ReplayServer> {
  let calls = 0
  const server = createServer((request, response) => {
    calls += 1
    const id = String(calls).padStart(4, '0')
    response.setHeader('x-request-id', `req_${id}`)
    answer(request, response, id).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, id: string) {
  const body = await readBody(request)
  if (body === undefined) {
    sendJson(response, 400, createError('invalid_request_error', 'bad_body', 'Not a JSON object'))
    return
  }
  const call = { id, body, response }
  const name = String(body.model)
  const model = MODELS[name]
  if (model === undefined) await fail(name, call)
  else if (request.url === '/v1/chat/completions') await answerChat(model, call)
  else if (request.url === '/v1/responses') await answerResponses(model, call)
  else if (request.url === '/v1/embeddings') {
    const inputs = Array.isArray(body.input) ? body.input.length : 1
    sendJson(response, 200, createEmbeddings(model, inputs, body.encoding_format))
  } else {
    sendJson(response, 404, createError('invalid_request_error', 'unknown_url', 'Unknown URL'))
  }
}

async function answerChat(model: ModelReply, { id, body, response }: Call): Promise<void> {
  if (body.stream !== true) {
    sendJson(response, 200, createChatCompletion(id, model))
    return
  }
  const options = isObject(body.stream_options) ? body.stream_options : {}
  const chunks = createChatChunks(id, model, options.include_usage === true)
  for (const chunk of chunks) await sendEvent(response, chunk)
  response.end('data: [DONE]\n\n')
}

async function answerResponses(model: ModelReply, { id, body, response }: Call): Promise<void> {
  if (body.stream !== true) {
    sendJson(response, 200, createResponse(id, model))
    return
  }
  for (const event of createResponseEvents(id, model)) await sendEvent(response, event)
  response.end()
}

async function fail(model: string, { id, response }: Call): Promise<void> {
  const [first = {}, second = {}] = createChatChunks(id, { ...MINI, servedBy: model }, false)
  switch (model) {
    case 'no-quota':
      sendJson(response, 429, createError('tokens', 'rate_limit_exceeded', 'Rate limit reached'))
      return
    case 'not-json':
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id": ')
      return
    case 'broken-stream':
      await sendEvent(response, first)
      await sendEvent(response, createError('server_error', 'server_overloaded', 'Overloaded'))
      response.end()
      return
    case 'cut-off':
      await sendEvent(response, first)
      response.destroy()
      return
    case 'endless':
      await sendEvent(response, first)
      while (!response.destroyed) await sendEvent(response, second)
      return
    default:
      sendJson(
        response,
        404,
        createError('invalid_request_error', 'model_not_found', `No model ${model}`),
      )
  }
}

const MINI: ModelReply = { servedBy: '', input: 0, cached: 0, output: 0, reasoning: 0 }

function sendJson(response: ServerResponse, status: number, body: object): void {
  const headers = { 'content-type': 'application/json', 'retry-after-ms': '1' }
  response.writeHead(status, headers).end(JSON.stringify(body))
}

/** One event of a stream, in a network packet of its own. */
async function sendEvent(response: ServerResponse, event: object): Promise<void> {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  const name = 'type' in event ? `event: ${String(event.type)}\n` : ''
  response.write(`${name}data: ${JSON.stringify(event)}\n\n`)
  await new Promise((resolve) => setTimeout(resolve, 1))
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_BODY_BYTES) return undefined
    chunks.push(bytes)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
