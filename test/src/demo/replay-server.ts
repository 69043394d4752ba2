import type { ServerResponse } from 'node:http'
import {
  sendEvent,
  sendJson,
  startProvider,
  type ProviderRequest,
  type ReplayServer,
} from './replies-over-http.ts'
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

interface Call {
  readonly id: string
  readonly body: Record<string, unknown>
  readonly response: ServerResponse
}

/**
 * A stand-in for the OpenAI API on the loopback interface. It speaks the wire format, so that the
 * real SDK can talk to it, and answers each model with the token counts in `replies.ts`.
 *
 * Further models fail: `no-quota` with a 429, `not-json` with a body that cannot be parsed,
 * `broken-stream` with an error amid its stream, `cut-off` by closing the connection there, and
 * `endless` goes on until the client leaves.
 *
 * @param port 0, the default, takes any free one
 */
export async function startReplayServer(port = 0): Promise<ReplayServer> {
  const server = await startProvider(answer, port)
  return { ...server, url: `${server.url}/v1` }
}

async function answer({ body, path, id }: ProviderRequest, response: ServerResponse) {
  const call = { id, body, response }
  const name = String(body.model)
  const model = MODELS[name]
  if (model === undefined) await fail(name, call)
  else if (path === '/v1/chat/completions') await answerChat(model, call)
  else if (path === '/v1/responses') await answerResponses(model, call)
  else if (path === '/v1/embeddings') {
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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
