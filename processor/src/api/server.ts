import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { describeError } from '../describe-error.ts'
import { splitEndpoint } from '../endpoint.ts'
import { CHALLENGE, createAccess, isLimited, mayAsk } from './access.ts'
import type { AccessToken, Admission, Caller } from './access.ts'
import type { Answer, ApiContext, Asked, Problem, Route } from './answer.ts'
import { findFile, type Page, type PageFile } from './page.ts'
import { renderAnswer, type Rendered } from './render.ts'
import { readForwarded, readPosted } from './posted.ts'
import { findRoute } from './routes.ts'

export interface ApiOptions extends ApiContext {
  /** `host:port`; port 0 lets the system choose. */
  readonly endpoint: string
  /** None: whoever reaches the endpoint may do everything. */
  readonly tokens: readonly AccessToken[]
  /** What browsers get; it holds no data, so whoever reaches the endpoint may have it. */
  readonly page?: Page
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
 * Serves the API of docs/api.md over HTTP.
 * @throws Error that names the endpoint, if it cannot be listened on.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const server = createServer(LIMITS, (request, response) => {
    void respond(request, response)
  })
  server.maxConnections = 1000
  const admit = createAccess(options.tokens)
  const address = await listen(server, options.endpoint)
  // Such as too many open files when a connection comes in: not a reason to end the process.
  server.on('error', (error) => options.onError?.(error))
  return { address, stop: () => stopServer(server) }

  /** Never rejects: whatever goes wrong in here is answered with 500. */
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Otherwise a connection that becomes idle while we stop would keep us.
    if (!server.listening) response.setHeader('Connection', 'close')
    const file = findFile(options.page, request)
    if (file !== undefined) {
      sendFile(response, file)
      return
    }
    let rendered: Rendered
    try {
      rendered = renderAnswer(await answerRequest(request))
    } catch (error) {
      options.onError?.(error)
      rendered = renderAnswer(problem(500, { detail: 'a fault of ours; the log says more' }))
    }
    send(response, rendered)
  }

  async function answerRequest(request: IncomingMessage): Promise<Answer> {
    const { method = '', url = '', headers, socket } = request
    if (url.length > MAX_URL_LENGTH) {
      const detail = `the URL has ${url.length} characters; at most ${MAX_URL_LENGTH}`
      return problem(414, { detail })
    }
    const queryStart = url.includes('?') ? url.indexOf('?') : url.length
    const match = findRoute(url.slice(0, queryStart), method)
    if (match.kind === 'none') {
      return problem(404, { detail: 'no such path; /api/v1/openapi.json lists them' })
    }
    if (match.kind === 'methods') {
      const { allow } = match
      const detail = `${method} is not allowed here; allowed: ${allow.join(', ')}`
      return problem(405, { detail, allow })
    }
    const { route, found } = match
    const { remoteAddress } = socket
    const admission =
      route.needs === 'anyone' ? ANYONE : admit({ headers, remoteAddress }, Date.now())
    if (admission.kind === 'refused') return problem(admission.status, admission)
    const { caller } = admission
    const refusal = findRefusal(route, caller)
    if (refusal !== undefined) return problem(403, { detail: refusal })
    const posted = route.method === 'POST' ? await readPosted(request) : undefined
    if (posted?.kind === 'refused') return problem(posted.status, posted)
    const forwarded = route.method === 'ANY' ? await readForwarded(request) : undefined
    if (forwarded && 'kind' in forwarded) return problem(forwarded.status, forwarded)
    const { accept = '' } = headers
    const asked: Asked = {
      ...options,
      caller,
      accept,
      ...(posted && { body: posted.body }),
      ...(forwarded && { forwarded }),
    }
    const query = new URLSearchParams(url.slice(queryStart + 1))
    return route.answer(asked, [...found, ...query])
  }
}

const ANYONE: Admission = {
  kind: 'caller',
  caller: { name: 'anyone', roles: [], labels: {} },
}

function findRefusal({ needs, minds }: Route, caller: Caller): string | undefined {
  if (!mayAsk(caller, needs)) {
    return `"${caller.name}" is no ${needs}; its roles: ${caller.roles.join(', ')}`
  }
  if (!isLimited(caller) || minds === 'labels') return undefined
  return `"${caller.name}" may see only what is its own, and this is about everybody's`
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

function problem(status: number, { detail, allow }: Problem): Answer {
  return { kind: 'problem', status, problem: { detail, ...(allow && { allow }) } }
}

function sendFile(response: ServerResponse, { headers, body }: PageFile): void {
  response.writeHead(200, { ...headers, 'Content-Length': body.length })
  response.end(body)
}

function send(response: ServerResponse, rendered: Rendered): void {
  const { status, contentType, text, allow, headers } = rendered
  const body = Buffer.from(text)
  response.writeHead(status, {
    ...COMMON_HEADERS,
    ...headers,
    ...(allow !== undefined && { Allow: allow.join(', ') }),
    ...(status === 401 && { 'WWW-Authenticate': CHALLENGE }),
    'Content-Type': contentType,
    'Content-Length': body.length,
  })
  // Node leaves the body out of an answer to HEAD.
  response.end(body)
}
