/** OTLP/HTTP by node:http, and HTTP/1.1 by hand where a client library would not do it. */
import http from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Target } from './case.ts'

const ANSWER_LIMIT_MS = 10_000

export interface HttpRequest {
  /** POST by default. */
  readonly method?: string
  /** `/v1/traces` by default. */
  readonly path?: string
  readonly headers?: http.OutgoingHttpHeaders
  readonly body?: Uint8Array | string
  /** Of the caller's own, to keep a connection; otherwise the request has one of its own. */
  readonly agent?: http.Agent
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

/** Takes an answer that comes before the body is sent whole, too. Rejects where none comes. */
export function send(target: Target, given: HttpRequest): Promise<HttpAnswer> {
  const { method = 'POST', path = '/v1/traces', headers = {}, body } = given
  const agent = given.agent ?? new http.Agent({ keepAlive: false })
  return new Promise<HttpAnswer>((resolve, reject) => {
    const request = http.request(target.httpUrl + path, { method, headers, agent })
    let answered = false
    request.setTimeout(ANSWER_LIMIT_MS, () => request.destroy(new Error('no answer in time')))
    request.on('response', (response) => {
      answered = true
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      response.on('end', () => {
        const { statusCode: status = 0, headers: received } = response
        resolve({ status, headers: received, body: Buffer.concat(chunks) })
      })
    })
    request.on('error', (error) => {
      if (!answered) reject(new Error(`no answer: ${error.message}`))
    })
    request.end(body)
  }).finally(() => given.agent ?? agent.destroy())
}

/** One request in the bytes of HTTP/1.1; `Host` is added. */
export function writeRequest(
  target: Target,
  headers: Readonly<Record<string, string | number>>,
  body: Uint8Array | string = '',
  line = 'POST /v1/traces HTTP/1.1',
): Buffer {
  const all = Object.entries({ Host: new URL(target.httpUrl).host, ...headers })
  const head = [line, ...all.map(([name, value]) => `${name}: ${value}`), '', ''].join('\r\n')
  return Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)])
}

/** A body in one chunk. */
export function writeChunked(body: Uint8Array, trailers = ''): Buffer {
  const size = Buffer.from(`${body.length.toString(16)}\r\n`)
  return Buffer.concat([size, body, Buffer.from(`\r\n0\r\n${trailers}\r\n`)])
}

export type Step =
  | Uint8Array
  /** Closes our half of the connection. */
  | 'half-close'
  /** Cuts the connection. */
  | 'cut'
  | { readonly waitMs: number }
  /** Goes on when the answer has this in it. */
  | { readonly waitFor: RegExp }

/**
 * Does the steps on one connection and gives all that is answered, as latin1, once `enough` holds
 * for it or the other side closed; after 10 s, what came until then.
 */
export async function talk(
  target: Target,
  steps: readonly Step[],
  enough: RegExp,
): Promise<string> {
  const { hostname, port } = new URL(target.httpUrl)
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true })
  let text = ''
  const closed = new AbortController()
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
  socket.on('error', () => closed.abort()).on('end', () => closed.abort())
  const deadline = Date.now() + ANSWER_LIMIT_MS
  const wait = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(text) && !closed.signal.aborted && Date.now() < deadline) await sleep(5)
  }
  try {
    for (const step of steps) {
      if (step === 'half-close') socket.end()
      else if (step === 'cut') socket.destroy()
      else if (step instanceof Uint8Array) socket.write(step)
      else if ('waitFor' in step) await wait(step.waitFor)
      else await sleep(step.waitMs)
    }
    if (!socket.destroyed) await wait(enough)
    return text
  } finally {
    socket.destroy()
  }
}

/** The statuses of all answers in what `talk` gave, in order. */
export function readStatuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status))
}
