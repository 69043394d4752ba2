import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { describeError } from '../describe-error.ts'
import { splitEndpoint } from '../endpoint.ts'
import type { Answer, ApiContext, Problem } from './answer.ts'
import { renderAnswer, type Rendered } from './render.ts'
import { findRoute } from './routes.ts'

export interface ApiOptions extends ApiContext {
  /** `host:port`; port 0 lets the system choose. */
  readonly endpoint: string
  /** Told about faults of ours, of which the caller only learns that there was one. */
  readonly onError?: (error: unknown) => void
}

export interface Api {
  /** `host:port` with the port that is really used. */
  readonly address: string
  /** Takes no new requests and resolves when those in work are answered, or after 5 seconds. */
  stop(): Promise<void>
}

const MAX_URL_LENGTH = 8192
const STOP_TIMEOUT_MS = 5000

/** Requests are small: whoever is slower than this is stuck or means harm. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  keepAliveTimeout: 10_000,
  maxHeaderSize: 16_384,
}

/** Answers are data for this moment, never a page, and not for scripts of other origins. */
const COMMON_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}

/**
 * Serves the API of docs/api.md over HTTP. There is no authentication: whoever reaches the endpoint
 * may read, so by default only this machine can.
 * @throws Error that names the endpoint, if it cannot be listened on.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const server = createServer(LIMITS, (request, response) => {
    void respond(request, response)
  })
  server.maxConnections = 1000
  const address = await listen(server, options.endpoint)
  // Such as too many open files when a connection comes in: not a reason to end the process.
  server.on('error', (error) => options.onError?.(error))
  return { address, stop: () => stopServer(server) }

  /** Never rejects: whatever goes wrong in here is answered with 500. */
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let rendered: Rendered
    try {
      rendered = renderAnswer(await answerRequest(request, options))
    } catch (error) {
      options.onError?.(error)
      rendered = renderAnswer(problem(500, { detail: 'a fault of ours; the log says more' }))
    }
    // Otherwise a connection that becomes idle while we stop would keep us.
    if (!server.listening) response.setHeader('Connection', 'close')
    send(response, rendered)
  }
}

async function listen(server: Server, endpoint: string): Promise<string> {
  const { host, port } = splitEndpoint(endpoint)!
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    throw new Error(`the API cannot listen on ${endpoint}: ${describeError(error)}`, {
      cause: error,
    })
  }
  const address = server.address()
  const usedPort = typeof address === 'object' ? address?.port : port
  return `${endpoint.slice(0, endpoint.lastIndexOf(':'))}:${usedPort}`
}

async function stopServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const timer = setTimeout(() => server.closeAllConnections(), STOP_TIMEOUT_MS)
  await closed
  clearTimeout(timer)
}

async function answerRequest(request: IncomingMessage, context: ApiContext): Promise<Answer> {
  const { method = '', url = '' } = request
  if (url.length > MAX_URL_LENGTH) {
    return problem(414, {
      detail: `the URL has ${url.length} characters; at most ${MAX_URL_LENGTH}`,
    })
  }
  const queryStart = url.includes('?') ? url.indexOf('?') : url.length
  const match = findRoute(url.slice(0, queryStart))
  if (match === undefined) {
    return problem(404, { detail: 'no such path; /api/v1/openapi.json lists them' })
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return problem(405, { detail: `${method} is not allowed here; GET and HEAD are` })
  }
  const query = new URLSearchParams(url.slice(queryStart + 1))
  return match.route.answer(context, [...match.found, ...query], request.headers.accept ?? '')
}

function problem(status: number, members: Problem): Answer {
  return { kind: 'problem', status, problem: members }
}

function send(response: ServerResponse, { status, contentType, text }: Rendered): void {
  const body = Buffer.from(text)
  response.writeHead(status, {
    ...COMMON_HEADERS,
    ...(status === 405 && { Allow: 'GET, HEAD' }),
    'Content-Type': contentType,
    'Content-Length': body.length,
  })
  // Node leaves the body out of an answer to HEAD.
  response.end(body)
}
