/** OTLP/gRPC: calls, compression, limits, statuses, deadlines, cancelling, and odd HTTP/2. */
import assert from 'node:assert/strict'
import { Metadata, status } from '@grpc/grpc-js'
import {
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'
import { SIGNALS, type Case, type Target } from './case.ts'
import { checkNothingRejected } from './checks.ts'
import {
  callExport,
  EXPORT_PATHS,
  frame,
  openClient,
  sendHttp2,
  type GrpcAnswer,
  type GrpcCall,
  type Http2Answer,
} from './grpc-client.ts'
import { field, makeRequest, makeSpan, makeTraces, makeTracesOfSize, wrap } from './messages.ts'

const body = makeTraces('protobuf', 'grpc')

/** OK, and nothing is rejected. */
function checkOk({ code, details, body: response }: GrpcAnswer): void {
  assert.equal(code, status.OK, `${status[code]} ${details}`)
  checkNothingRejected(response, 'protobuf')
}

export function acceptsGrpc(id: string, make: (target: Target) => GrpcCall): Case {
  return {
    id: `grpc/${id}`,
    run: async (target) => checkOk(await callExport(target, make(target))),
  }
}

/** A refusal that is final, so without RetryInfo. */
export function refusesGrpc(
  id: string,
  codes: readonly number[],
  make: (target: Target) => GrpcCall,
): Case {
  return {
    id: `grpc/${id}`,
    run: async (target) => {
      const { code, details, metadata } = await callExport(target, make(target))
      const expected = codes.map((one) => status[one])
      assert(codes.includes(code), `${status[code]} ${details}; expected ${expected.join(' or ')}`)
      const [info] = metadata.get('grpc-status-details-bin')
      assert(!info?.includes('RetryInfo'), 'RetryInfo would make the client try again')
      checkOk(await callExport(target, { body }))
    },
  }
}

const calls = SIGNALS.flatMap((signal) => {
  const path = EXPORT_PATHS[signal]
  const request = makeRequest(signal, 'protobuf', `grpc/${signal}`)
  return [
    acceptsGrpc(`${signal}/minimal`, () => ({ path, body: request })),
    acceptsGrpc(`${signal}/empty`, () => ({ path, body: Buffer.alloc(0) })),
    acceptsGrpc(`${signal}/gzip`, () => ({ path, body: request, gzip: true })),
    refusesGrpc(`${signal}/no-request`, [status.INVALID_ARGUMENT], () => ({
      path,
      body: Buffer.from('this is not OTLP'),
    })),
    refusesGrpc(`${signal}/cut-off`, [status.INVALID_ARGUMENT], () => ({
      path,
      body: request.subarray(0, -5),
    })),
  ]
})

const manyHeaders = new Metadata()
manyHeaders.set('x-tenant', 'shop')
manyHeaders.set('x-large', 'x'.repeat(4000))
manyHeaders.set('x-trace-bin', Buffer.from([0, 1, 2, 255]))

const single = [
  acceptsGrpc('metadata', () => ({ body, metadata: manyHeaders })),
  acceptsGrpc('unknown-field', () => ({
    body: wrap(makeSpan('grpc/unknown', undefined, field(999, 'x'))),
  })),
  acceptsGrpc('limit/exactly', ({ maxRequestBytes }) => ({
    body: makeTracesOfSize('protobuf', maxRequestBytes),
  })),
  refusesGrpc('limit/plain', [status.RESOURCE_EXHAUSTED], ({ maxRequestBytes }) => ({
    body: makeTracesOfSize('protobuf', maxRequestBytes + 1),
  })),
  refusesGrpc('limit/gzip-one-byte-over', [status.RESOURCE_EXHAUSTED], ({ maxRequestBytes }) => ({
    body: makeTracesOfSize('protobuf', maxRequestBytes + 1),
    gzip: true,
  })),
  refusesGrpc('limit/gzip-bomb', [status.RESOURCE_EXHAUSTED], ({ maxRequestBytes }) => ({
    body: Buffer.alloc(Math.min(2 ** 28, 50 * maxRequestBytes)),
    gzip: true,
  })),
  refusesGrpc('unknown-method', [status.UNIMPLEMENTED], () => ({
    body,
    path: EXPORT_PATHS.traces.replace('Export', 'Import'),
  })),
  refusesGrpc('unknown-service', [status.UNIMPLEMENTED], () => ({
    body,
    path: '/nobody.Has/This',
  })),
  refusesGrpc('deadline', [status.DEADLINE_EXCEEDED], () => ({ body, deadlineMs: -1 })),
  refusesGrpc('cancelled-at-once', [status.CANCELLED], ({ maxRequestBytes }) => ({
    body: makeTracesOfSize('protobuf', maxRequestBytes),
    cancelAfterMs: 0,
  })),
]

const severalOnOne: Case[] = [
  {
    id: 'grpc/partial-success-unset',
    run: async (target) => {
      const { body: response } = await callExport(target, { body })
      assert.equal(response.toString('hex'), '')
    },
  },
  {
    id: 'grpc/concurrent',
    run: async (target) => {
      const client = openClient(target)
      try {
        const sent = Array.from({ length: 200 }, () => callExport(target, { body }, client))
        for (const answer of await Promise.all(sent)) checkOk(answer)
      } finally {
        client.close()
      }
    },
  },
  {
    id: 'grpc/connection-after-errors',
    run: async (target) => {
      const client = openClient(target)
      try {
        const unknown = await callExport(target, { body, path: '/nobody.Has/This' }, client)
        assert.equal(unknown.code, status.UNIMPLEMENTED)
        const refused = await callExport(target, { body: Buffer.from([0x0a, 0xff]) }, client)
        assert.notEqual(refused.code, status.OK)
        await callExport(target, { body, cancelAfterMs: 0 }, client)
        checkOk(await callExport(target, { body }, client))
      } finally {
        client.close()
      }
    },
  },
]

/** A request in the bytes of gRPC over HTTP/2. */
function raw(
  id: string,
  headers: Readonly<Record<string, string>>,
  sent: Uint8Array,
  check: (answer: Http2Answer) => void,
): Case {
  return {
    id: `grpc/http2/${id}`,
    run: async (target) => {
      check(await sendHttp2(target, headers, sent))
      checkOk(await callExport(target, { body }))
    },
  }
}

const UNPACK: Readonly<Record<string, (bytes: Uint8Array) => Buffer>> = {
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
  deflate: inflateSync,
}

function checkRawOk({
  status: httpStatus,
  grpcStatus,
  headers,
  body: response,
}: Http2Answer): void {
  assert.deepEqual([httpStatus, grpcStatus], [200, status.OK])
  const [head, message] = [response.subarray(0, 5), response.subarray(5)]
  assert.equal(head.readUInt32BE(1), message.length, 'one message')
  // In the encoding of the request, or in none.
  const isCompressed = head.readUInt8() === 1
  const coding = String(headers['grpc-encoding'] ?? 'gzip')
  checkNothingRejected(isCompressed ? UNPACK[coding]!(message) : message, 'protobuf')
}

function hasStatus(...codes: readonly number[]): (answer: Http2Answer) => void {
  return ({ grpcStatus, status: httpStatus }) => {
    const expected = codes.map((code) => status[code]).join(' or ')
    const found = grpcStatus === undefined ? `HTTP ${httpStatus}` : status[grpcStatus]
    assert(codes.includes(grpcStatus!), `${found}; expected ${expected}`)
  }
}

const http2 = [
  raw('plain', {}, frame(body), checkRawOk),
  raw('content-type-proto', { 'content-type': 'application/grpc+proto' }, frame(body), checkRawOk),
  raw('gzip', { 'grpc-encoding': 'gzip' }, frame(gzipSync(body), true), checkRawOk),
  // A client may leave single messages as they are.
  raw('gzip-not-used', { 'grpc-encoding': 'gzip' }, frame(body), checkRawOk),
  raw('identity', { 'grpc-encoding': 'identity' }, frame(body), checkRawOk),
  raw('timeout', { 'grpc-timeout': '5S' }, frame(body), checkRawOk),
  raw('zstd', { 'grpc-encoding': 'zstd' }, frame(zstdCompressSync(body), true), checkRawOk),
  raw('deflate', { 'grpc-encoding': 'deflate' }, frame(deflateSync(body), true), checkRawOk),
  ...['gzip', 'zstd', 'deflate'].map((coding) =>
    raw(`${coding}-corrupt`, { 'grpc-encoding': coding }, frame(body, true), (answer) => {
      assert.notEqual(answer.grpcStatus, status.OK)
      assert.notEqual(answer.grpcStatus, undefined, 'no grpc-status')
    }),
  ),
  // Both as gRPC's specification of compression says.
  raw(
    'encoding-unsupported',
    { 'grpc-encoding': 'x-nobody-has-this' },
    frame(body, true),
    hasStatus(status.UNIMPLEMENTED),
  ),
  raw('compressed-without-encoding', {}, frame(body, true), hasStatus(status.INTERNAL)),
  raw('no-message', {}, Buffer.alloc(0), (answer) => {
    assert.notEqual(answer.grpcStatus ?? status.INTERNAL, status.OK)
  }),
  raw('message-cut-off', {}, frame(body, false, body.length + 9), (answer) => {
    assert.notEqual(answer.grpcStatus ?? status.INTERNAL, status.OK)
  }),
  raw('other-content-type', { 'content-type': 'text/plain' }, frame(body), (answer) => {
    assert.equal(answer.status, 415)
  }),
]

export const GRPC_CASES: readonly Case[] = [...calls, ...single, ...severalOnOne, ...http2]
