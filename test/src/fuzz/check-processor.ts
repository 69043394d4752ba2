/** Sends spoiled requests to a real processor over its sockets, and judges its answers. */
import assert from 'node:assert/strict'
import http from 'node:http'
import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import { gzipSync } from 'node:zlib'
import { MEDIA_TYPES } from '../conformance/otlp/case.ts'
import { EXPORT_PATHS, frame } from '../conformance/otlp/grpc-client.ts'
import { judge } from './envelope.ts'
import type { Input } from './inputs.ts'
import { mutate } from './mutate.ts'

/** No answer after so long is a hang. */
const ANSWER_LIMIT_MS = 20_000

export interface Prober {
  /** Rejects where the answer is not one that the input may get. */
  probe(input: Input): Promise<void>
  close(): void
}

export function createProber(httpUrl: string, grpcAddress: string): Prober {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })
  let session: ClientHttp2Session | undefined
  const openSession = (): ClientHttp2Session => {
    if (session === undefined || session.destroyed || session.closed) {
      session = connect(`http://${grpcAddress}`)
      session.on('error', () => {})
    }
    return session
  }
  return {
    probe: (input) => {
      const isGrpc = input.encoding === 'protobuf' && input.random.below(2) === 0
      return isGrpc ? probeGrpc(openSession(), input) : probeHttp(agent, httpUrl, input)
    },
    close: () => {
      agent.destroy()
      session?.destroy()
    },
  }
}

async function probeHttp(agent: http.Agent, httpUrl: string, input: Input): Promise<void> {
  const { signal, encoding, body, random } = input
  const opinion = judge(signal, encoding, body)
  const headers = { 'content-type': MEDIA_TYPES[encoding] }
  const url = `${httpUrl}/v1/${signal}`
  // As it is, packed, or packed and spoiled after that.
  const form = random.below(4)
  if (form < 2) {
    expectStatus(await post(agent, url, headers, body), ALLOWED_HTTP[opinion])
    return
  }
  const packed = gzipSync(body)
  const sent = form === 2 ? packed : mutate(packed, 'protobuf', random)
  const status = await post(agent, url, { ...headers, 'content-encoding': 'gzip' }, sent)
  expectStatus(status, form === 2 ? ALLOWED_HTTP[opinion] : [200, 400, 413])
}

/** A request that nobody could read must not be taken, and a good one not be refused. */
const ALLOWED_HTTP = { bad: [400], good: [200], open: [200, 400] } as const
const ALLOWED_GRPC = { bad: [3], good: [0], open: [0, 3] } as const

function expectStatus(status: number, allowed: readonly number[]): void {
  assert(allowed.includes(status), `answered ${status}; expected ${allowed.join(' or ')}`)
}

function post(
  agent: http.Agent,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
    request.setTimeout(ANSWER_LIMIT_MS, () => request.destroy(new Error('no answer in time')))
    request.on('error', reject).end(body)
  })
}

async function probeGrpc(session: ClientHttp2Session, input: Input): Promise<void> {
  const { signal, body, random } = input
  const form = random.below(4)
  const isPacked = form === 2
  const whole = isPacked ? frame(gzipSync(body), true) : frame(body)
  // 0 and 1: as it is; 3: the frame is spoiled, too.
  const sent = form === 3 ? mutate(whole, 'protobuf', random) : whole
  const headers = isPacked ? { 'grpc-encoding': 'gzip' } : {}
  const code = await call(session, EXPORT_PATHS[signal], headers, sent)
  const allowed = form === 3 ? [0, 3, 8, 13] : ALLOWED_GRPC[judge(signal, 'protobuf', body)]
  expectStatus(code, allowed)
}

function call(
  session: ClientHttp2Session,
  path: string,
  headers: Readonly<Record<string, string>>,
  sent: Uint8Array,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    let code = -1
    const take = (given: IncomingHttpHeaders): void => {
      if (given['grpc-status'] !== undefined) code = Number(given['grpc-status'])
    }
    stream.on('response', take).on('trailers', take).on('error', reject).resume()
    stream.on('close', () => resolve(code))
    stream.setTimeout(ANSWER_LIMIT_MS, () => stream.destroy(new Error('no answer in time')))
    stream.end(sent)
  })
}
