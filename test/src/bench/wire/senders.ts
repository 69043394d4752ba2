/** Connections of the load generator: as little work per request as can be, on raw sockets. */
import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'

export type Transport = 'http' | 'grpc'

/** One connection. It sends one request at a time; a refusal throws. */
export interface Sender {
  /** `message` is a gRPC message: five bytes of prefix, and the request. */
  send(message: Buffer): Promise<void>
  close(): void
}

/** What stands in front of a gRPC message: whether it is compressed, and its length. */
export const PREFIX_BYTES = 5

export async function connect(
  transport: Transport,
  port: number,
  coding: 'gzip' | undefined,
): Promise<Sender> {
  return transport === 'http' ? connectHttp(port, coding) : connectGrpc(port)
}

async function connectHttp(port: number, coding: 'gzip' | undefined): Promise<Sender> {
  const socket = net.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.setNoDelay(true)
  let received = ''
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  const fail = (error: Error): void => settle?.reject(error)
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed')))
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1')
    const bodyAt = received.indexOf('\r\n\r\n') + 4
    if (bodyAt < 4) return
    const length = Number(/content-length: *(\d+)/i.exec(received)?.[1] ?? 0)
    if (received.length < bodyAt + length) return
    const status = received.slice(9, 12)
    const answer = received
    received = ''
    if (status === '200') settle?.resolve()
    else fail(new Error(answer))
  })
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject }
        const body = message.subarray(PREFIX_BYTES)
        socket.cork()
        socket.write(headOf(body.length, coding))
        socket.write(body)
        socket.uncork()
      }),
    close: () => socket.destroy(),
  }
}

function headOf(length: number, coding: 'gzip' | undefined): string {
  const encoding = coding === undefined ? '' : `Content-Encoding: ${coding}\r\n`
  return (
    'POST /v1/traces HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-protobuf\r\n' +
    `${encoding}Content-Length: ${length}\r\n\r\n`
  )
}

const GRPC_HEADERS = {
  ':method': 'POST',
  ':path': '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
  'content-type': 'application/grpc',
  te: 'trailers',
}

async function connectGrpc(port: number): Promise<Sender> {
  const session = http2.connect(`http://127.0.0.1:${port}`)
  await once(session, 'connect')
  return {
    send: async (message) => {
      const stream = session.request(GRPC_HEADERS)
      let status: unknown
      stream.on('response', (headers) => (status = headers['grpc-status']))
      stream.on('trailers', (headers) => (status = headers['grpc-status']))
      stream.resume()
      stream.end(message)
      await once(stream, 'close')
      if (status !== '0') throw new Error(`gRPC status ${String(status)}`)
    },
    close: () => session.destroy(),
  }
}
