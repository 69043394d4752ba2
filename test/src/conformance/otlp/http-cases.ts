/** OTLP/HTTP: requests, compressions, limits, content types, methods and paths. */
import assert from 'node:assert/strict'
import { deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { ENCODINGS, MEDIA_TYPES, SIGNALS, type Case, type Encoding, type Target } from './case.ts'
import { checkAccepted, checkRefused, describe } from './checks.ts'
import { send, writeChunked, type HttpRequest } from './http-client.ts'
import { makeRequest, makeTraces, makeTracesOfSize } from './messages.ts'

const COMPRESS = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync } as const
type Coding = keyof typeof COMPRESS
const CODINGS: readonly Coding[] = ['gzip', 'deflate', 'zstd']

type MakeRequest = (target: Target) => HttpRequest

export function typed(
  encoding: Encoding,
  body: Uint8Array | string,
  more: object = {},
): HttpRequest {
  return { headers: { 'content-type': MEDIA_TYPES[encoding], ...more }, body }
}

export function acceptsHttp(id: string, encoding: Encoding, make: MakeRequest): Case {
  const run = async (target: Target): Promise<void> => {
    checkAccepted(await send(target, make(target)), encoding)
  }
  return { id: `http/${id}`, run }
}

export function refusesHttp(
  id: string,
  encoding: Encoding,
  statuses: readonly number[],
  make: MakeRequest,
): Case {
  const run = async (target: Target): Promise<void> => {
    checkRefused(await send(target, make(target)), encoding, ...statuses)
    // Whatever was refused: the next request of another sender is served.
    const next = await send(target, typed(encoding, makeTraces(encoding, id)))
    assert.equal(next.status, 200, `afterwards: ${describe(next)}`)
  }
  return { id: `http/${id}`, run }
}

const requests = SIGNALS.flatMap((signal) =>
  ENCODINGS.flatMap((encoding) => {
    const id = `${signal}/${encoding}`
    const path = `/v1/${signal}`
    const body = makeRequest(signal, encoding, id)
    return [
      acceptsHttp(`${id}/minimal`, encoding, () => ({ ...typed(encoding, body), path })),
      acceptsHttp(`${id}/gzip`, encoding, () => ({
        ...typed(encoding, gzipSync(body), { 'content-encoding': 'gzip' }),
        path,
      })),
      // A server should take a request without any telemetry.
      acceptsHttp(`${id}/empty`, encoding, () => ({
        ...typed(encoding, encoding === 'json' ? '{}' : ''),
        path,
      })),
      refusesHttp(`${id}/no-request`, encoding, [400], () => ({
        ...typed(encoding, 'this is not OTLP'),
        path,
      })),
      refusesHttp(`${id}/cut-off`, encoding, [400], () => ({
        ...typed(encoding, body.subarray(0, -5)),
        path,
      })),
    ]
  }),
)

const compressions = ENCODINGS.flatMap((encoding) => {
  const body = makeTraces(encoding, 'compressed')
  const compressed = (coding: string, sent: Uint8Array): HttpRequest =>
    typed(encoding, sent, { 'content-encoding': coding })
  return [
    ...CODINGS.flatMap((coding) => [
      acceptsHttp(`compression/${encoding}/${coding}`, encoding, () =>
        compressed(coding, COMPRESS[coding](body)),
      ),
      refusesHttp(`compression/${encoding}/${coding}-corrupt`, encoding, [400], () =>
        compressed(coding, Buffer.from('this was never compressed')),
      ),
      refusesHttp(`compression/${encoding}/${coding}-cut-off`, encoding, [400], () =>
        compressed(coding, COMPRESS[coding](body).subarray(0, -6)),
      ),
    ]),
    // Without zlib's head, as some senders understand the name; RFC 9110, 8.4.1.2 knows of them.
    acceptsHttp(`compression/${encoding}/deflate-bare`, encoding, () =>
      compressed('deflate', deflateRawSync(body)),
    ),
    acceptsHttp(`compression/${encoding}/identity`, encoding, () => compressed('identity', body)),
    // Names of codings are case-insensitive (RFC 9110, 8.4.1).
    acceptsHttp(`compression/${encoding}/upper-case`, encoding, () =>
      compressed('GZIP', gzipSync(body)),
    ),
    refusesHttp(`compression/${encoding}/unsupported`, encoding, [400, 415], () =>
      compressed('x-nobody-has-this', body),
    ),
    acceptsHttp(`compression/${encoding}/chunked`, encoding, () =>
      typed(encoding, gzipSync(body), {
        'content-encoding': 'gzip',
        'transfer-encoding': 'chunked',
      }),
    ),
  ]
})

const limits = ENCODINGS.flatMap((encoding) => {
  const tooLarge = ({ maxRequestBytes }: Target): Buffer =>
    makeTracesOfSize(encoding, maxRequestBytes + 1)
  return [
    acceptsHttp(`limit/${encoding}/exactly`, encoding, ({ maxRequestBytes }) =>
      typed(encoding, makeTracesOfSize(encoding, maxRequestBytes)),
    ),
    refusesHttp(`limit/${encoding}/plain`, encoding, [413], (target) =>
      typed(encoding, tooLarge(target)),
    ),
    refusesHttp(`limit/${encoding}/chunked`, encoding, [413], (target) =>
      typed(encoding, tooLarge(target), { 'transfer-encoding': 'chunked' }),
    ),
    // A hundred times the limit or more, in a body that is far below it.
    ...CODINGS.map((coding) =>
      refusesHttp(`limit/${encoding}/${coding}-bomb`, encoding, [413], ({ maxRequestBytes }) =>
        typed(encoding, COMPRESS[coding](Buffer.alloc(Math.min(2 ** 29, 100 * maxRequestBytes))), {
          'content-encoding': coding,
        }),
      ),
    ),
    ...CODINGS.map((coding) =>
      refusesHttp(`limit/${encoding}/${coding}-one-byte-over`, encoding, [413], (target) =>
        typed(encoding, COMPRESS[coding](tooLarge(target)), { 'content-encoding': coding }),
      ),
    ),
  ]
})

const contentTypes = [
  ...[
    ['json', 'application/json; charset=utf-8'],
    ['json', 'application/json;charset="UTF-8"'],
    ['json', 'APPLICATION/JSON'],
    ['protobuf', 'application/x-protobuf; proto=any'],
    ['protobuf', 'Application/X-Protobuf'],
  ].map(([name, contentType], index) => {
    const encoding = name as Encoding
    return acceptsHttp(`content-type/parameters-${index + 1}`, encoding, () => ({
      headers: { 'content-type': contentType },
      body: makeTraces(encoding, 'typed'),
    }))
  }),
  ...['text/plain', 'application/x-protobuf-not', 'multipart/form-data; boundary=x', ''].map(
    (contentType, index): Case => ({
      id: `http/content-type/unsupported-${index + 1}`,
      run: async (target) => {
        const headers = contentType === '' ? {} : { 'content-type': contentType }
        const answer = await send(target, { headers, body: makeTraces('json', 'untyped') })
        // In which encoding the answer is, nobody can say who does not know the request's.
        assert.equal(answer.status, 415, describe(answer))
      },
    }),
  ),
]

const methodsAndPaths = ENCODINGS.flatMap((encoding) => {
  const body = makeTraces(encoding, 'lost')
  const other = (id: string, path: string): Case =>
    refusesHttp(`path/${encoding}/${id}`, encoding, [404], () => ({
      ...typed(encoding, body),
      path,
    }))
  return [
    ...['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method): Case => ({
      id: `http/method/${encoding}/${method.toLowerCase()}`,
      run: async (target) => {
        const answer = await send(target, { ...typed(encoding, ''), method })
        checkRefused(answer, encoding, 405)
      },
    })),
    other('unknown', '/v1/unknown'),
    other('root', '/'),
    other('longer', '/v1/traces/more'),
    other('upper-case', '/V1/TRACES'),
    acceptsHttp(`path/${encoding}/query`, encoding, () => ({
      ...typed(encoding, body),
      path: '/v1/traces?api=1',
    })),
  ]
})

const further: Case[] = [
  ...ENCODINGS.map((encoding): Case => ({
    id: `http/partial-success-unset/${encoding}`,
    run: async (target) => {
      const answer = await send(target, typed(encoding, makeTraces(encoding, 'whole')))
      assert.equal(answer.body.toString(), encoding === 'json' ? '{}' : '')
    },
  })),
  {
    id: 'http/method/head',
    run: async (target) => {
      const answer = await send(target, { method: 'HEAD' })
      assert.equal(answer.status, 405, describe(answer))
    },
  },
  {
    // RFC 9110, 15.5.6.
    id: 'http/method/allow',
    run: async (target) => {
      const answer = await send(target, { method: 'GET' })
      assert.deepEqual([answer.status, answer.headers.allow], [405, 'POST'])
    },
  },
  acceptsHttp('chunked/json', 'json', () =>
    typed('json', makeTraces('json', 'chunked'), { 'transfer-encoding': 'chunked' }),
  ),
  // What looks like chunks inside of a body is nothing but a body.
  refusesHttp('chunked/not-announced', 'json', [400], () =>
    typed('json', writeChunked(makeTraces('json', 'chunked'))),
  ),
]

export const HTTP_CASES: readonly Case[] = [
  ...requests,
  ...compressions,
  ...limits,
  ...contentTypes,
  ...methodsAndPaths,
  ...further,
]
