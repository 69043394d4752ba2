import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

/** A stand-in for a provider on the loopback interface. */
export interface ReplayServer {
  /** What the SDK calls its base URL. */
  readonly url: string
  close(): Promise<void>
}

/** A request to a stand-in for a provider. */
export interface ProviderRequest {
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Readonly<Record<string, unknown>>
  /** Counts the requests, from `0001`. */
  readonly id: string
}

export type Answer = (request: ProviderRequest, response: ServerResponse) => Promise<void> | void

const MAX_BODY_BYTES = 16 * 1024 * 1024

/**
 * Answers every request whose body is a JSON object, or empty.
 *
 * @param port 0, the default, takes any free one
 */
export async function startProvider(answer: Answer, port = 0): Promise<ReplayServer> {
  let requests = 0
  const server = createServer((incoming, response) => {
    requests += 1
    const id = String(requests).padStart(4, '0')
    response.setHeader('x-request-id', `req_${id}`)
    receive(incoming, id)
      .then((request) => answer(request, response))
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function receive(incoming: IncomingMessage, id: string): Promise<ProviderRequest> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_BODY_BYTES) throw new Error('the request is too large')
    chunks.push(bytes)
  }
  const { method = '', url: path = '', headers } = incoming
  return { method, path, headers, body: parseBody(Buffer.concat(chunks).toString()), id }
}

/** A form, or whatever else is not JSON, has no members. */
function parseBody(text: string): Readonly<Record<string, unknown>> {
  if (!text.startsWith('{')) return {}
  return JSON.parse(text) as Readonly<Record<string, unknown>>
}

export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'retry-after-ms': '1' })
  response.end(JSON.stringify(body))
}

/**
 * One event of a stream, in a network packet of its own. Its name, where it has one, is its `type`.
 */
export async function sendEvent(response: ServerResponse, event: object): Promise<void> {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  const name = 'type' in event ? `event: ${String(event.type)}\n` : ''
  response.write(`${name}data: ${JSON.stringify(event)}\n\n`)
  await new Promise((resolve) => setTimeout(resolve, 1))
}
