/** What a sender hears when the next hop refuses: whether and when to come again. */
import assert from 'node:assert/strict'
import { status } from '@grpc/grpc-js'
import { ENCODINGS, MEDIA_TYPES, type Case, type Encoding, type Target } from './case.ts'
import { checkRefused } from './checks.ts'
import { callExport } from './grpc-client.ts'
import { send } from './http-client.ts'
import { makeTraces } from './messages.ts'

interface Refusal {
  readonly name: string
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** What the sender may hear. */
  readonly http: readonly number[]
  readonly grpc: readonly number[]
  readonly retryAfter?: string
}

const { UNAVAILABLE, RESOURCE_EXHAUSTED, INVALID_ARGUMENT, INTERNAL } = status

const REFUSALS: readonly Refusal[] = [
  { name: 'unavailable', status: 503, http: [502, 503, 504], grpc: [UNAVAILABLE] },
  {
    name: 'unavailable-for-a-while',
    status: 503,
    headers: { 'retry-after': '3' },
    http: [503],
    grpc: [UNAVAILABLE],
    retryAfter: '3',
  },
  {
    name: 'too-many',
    status: 429,
    headers: { 'retry-after': '2' },
    http: [429, 503],
    grpc: [UNAVAILABLE, RESOURCE_EXHAUSTED],
    retryAfter: '2',
  },
  {
    name: 'bad-request',
    status: 400,
    http: [400, 500],
    grpc: [INVALID_ARGUMENT, INTERNAL],
  },
]

/** Runs `check` while the next hop refuses so. */
async function whileRefused(
  { sink }: Target,
  refusal: Refusal,
  check: () => Promise<void>,
): Promise<void> {
  sink!.answer(refusal.status, refusal.headers)
  try {
    await check()
  } finally {
    sink!.answer(200)
  }
}

function overHttp(refusal: Refusal, encoding: Encoding): Case {
  return {
    id: `hop/${encoding}/${refusal.name}`,
    needs: 'sink',
    run: (target) =>
      whileRefused(target, refusal, async () => {
        const headers = { 'content-type': MEDIA_TYPES[encoding] }
        const answer = await send(target, { headers, body: makeTraces(encoding, 'refused') })
        checkRefused(answer, encoding, ...refusal.http)
        assert.equal(answer.headers['retry-after'], refusal.retryAfter, 'Retry-After')
      }),
  }
}

function overGrpc(refusal: Refusal): Case {
  return {
    id: `hop/grpc/${refusal.name}`,
    needs: 'sink',
    run: (target) =>
      whileRefused(target, refusal, async () => {
        const answer = await callExport(target, { body: makeTraces('protobuf', 'refused') })
        const { code, details, metadata } = answer
        assert(refusal.grpc.includes(code), `${status[code]} ${details}`)
        const [info] = metadata.get('grpc-status-details-bin')
        const hasInfo = info?.includes('google.rpc.RetryInfo') ?? false
        assert.equal(hasInfo, refusal.retryAfter !== undefined, 'RetryInfo')
      }),
  }
}

export const HOP_CASES: readonly Case[] = REFUSALS.flatMap((refusal) => [
  ...ENCODINGS.map((encoding) => overHttp(refusal, encoding)),
  overGrpc(refusal),
])
