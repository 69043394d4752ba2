/**
 * What spancost is measured against on its own stack (`node:http` and undici): a forwarder that does
 * nothing with a request, or decodes and encodes it with protobufjs. Its arguments are which, and
 * the port of the next hop; it sends its own. As fast as that stack goes: bodies lie in buffers that
 * are used again, and what the sockets read is given back at once.
 */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Pool } from 'undici'
import { CODECS } from '../codecs.ts'

const [work = '', sinkPort = ''] = process.argv.slice(2)
const pool = new Pool(`http://127.0.0.1:${sinkPort}`, { connections: 8, pipelining: 1 })
const buffers: Buffer[] = []

const server = http.createServer((request, response) => {
  const length = Number(request.headers['content-length'])
  const buffer = takeBuffer(length)
  let at = 0
  request.on('data', (chunk: Buffer) => {
    at += chunk.copy(buffer, at)
    const { buffer: read } = chunk
    const isAlone = chunk.byteOffset === 0 && read.byteLength === chunk.length
    if (isAlone && chunk.length > 8192 && read instanceof ArrayBuffer) read.transfer(0)
  })
  request.on('end', () => forward(request, response, buffer, at))
})
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit())

function takeBuffer(length: number): Buffer {
  const found = buffers.pop()
  if (found !== undefined && found.length >= length) return found
  return Buffer.allocUnsafeSlow(Math.ceil(length * 1.3) + 65_536)
}

function forward(
  request: IncomingMessage,
  response: ServerResponse,
  buffer: Buffer,
  length: number,
): void {
  const received = buffer.subarray(0, length)
  const body = work === 'nothing' ? received : (CODECS['protobufjs']!(received) as Uint8Array)
  pool.dispatch(
    {
      path: '/v1/traces',
      method: 'POST',
      headers: { 'content-type': request.headers['content-type']! },
      body,
    },
    {
      onRequestStart: () => {},
      onResponseStart: (_, status) => {
        response.writeHead(status, { 'Content-Length': 0 })
      },
      onResponseData: () => {},
      onResponseEnd: () => {
        buffers.push(buffer)
        response.end()
      },
      onResponseError: (_, error) => {
        console.error(error)
        process.exit(1)
      },
    },
  )
}
