import { openSqliteStore, type Recorded, type Store } from '@spancost/ledger'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Consume, OtlpRequest, Result } from './consume.ts'
import { createPipeline, type Pipeline } from './pipeline.ts'
import { createTestBook } from './testing/api.ts'
import {
  createChatSpan,
  createSpan,
  createTraces,
  decodeTraces,
  encodeTraces,
  type AttributeJson,
  type SpanJson,
} from './testing/traces.ts'

const USD = 10n ** 18n

let store: Store
let forwarded: OtlpRequest[]
let answer: Result
let seen: [spanCount: number, spanIds: readonly string[], recorded: readonly Recorded[]][]

beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
  forwarded = []
  answer = { kind: 'accepted' }
  seen = []
})
afterEach(() => store.close())

/** The line over a ledger in memory, to a next hop that keeps what it gets. */
function start(changes: Partial<Pipeline> = {}): (request: OtlpRequest) => Promise<Result> {
  const consume = createPipeline({
    books: { of: createTestBook },
    store,
    dimensions: [{ name: 'team', from: ['team.id'], metric: true }],
    aliases: [],
    rollup: { maxSpans: 1_000, maxIdleMs: 60_000 },
    onRead: (_, spanCount) => seen.push([spanCount, [], []]),
    onRecorded: (entries, recorded) => {
      const [spanCount] = seen.pop()!
      seen.push([spanCount, entries.map(({ spanId }) => spanId), recorded])
    },
    forward: (request) => {
      forwarded.push(request)
      return Promise.resolve(answer)
    },
    ...changes,
  })
  return (request) => consume(request, new AbortController().signal)
}

function toProtobuf(spans: readonly SpanJson[]): OtlpRequest {
  return { signal: 'traces', encoding: 'protobuf', body: encodeTraces(createTraces(spans)) }
}

function toJson(spans: readonly SpanJson[]): OtlpRequest {
  const body = Buffer.from(JSON.stringify(createTraces(spans), null, 2))
  return { signal: 'traces', encoding: 'json', body }
}

const text = (key: string, stringValue: string): AttributeJson => ({ key, value: { stringValue } })
const double = (key: string, doubleValue: number): AttributeJson => ({
  key,
  value: { doubleValue },
})

/** For 20 tokens in at 0.1 USD, and 40 out at 0.2. */
const COSTS: readonly AttributeJson[] = [
  text('spancost.cost.status', 'priced'),
  text('spancost.cost.standing', 'counted'),
  text('spancost.price.book', 'test@1'),
  text('spancost.cost.source', 'book'),
  text('spancost.price.card', 'acme/one'),
  double('spancost.cost.total', 10),
  text('spancost.cost.exact', '10'),
  text('spancost.cost.currency', 'USD'),
  double('spancost.cost.input', 2),
  double('spancost.cost.output', 8),
]

const count = (key: string, value: number): AttributeJson => ({
  key,
  value: { intValue: `${value}` },
})
const subtree = (usd: number, operations: number): readonly AttributeJson[] => [
  double('spancost.subtree.cost.total', usd),
  count('spancost.subtree.operations', operations),
]
const trace = (usd: number, operations: number): readonly AttributeJson[] => [
  double('spancost.trace.cost.total', usd),
  count('spancost.trace.operations', operations),
  count('spancost.trace.unpriced', 0),
]
/** And that is all there is in its trace. */
const ALONE = [...COSTS, ...trace(10, 1)]

function add(span: SpanJson, attributes: readonly AttributeJson[]): SpanJson {
  return { ...span, attributes: [...span.attributes, ...attributes] }
}

async function readSpend(): Promise<[operations: bigint, costAtto: bigint]> {
  const [row] = await store.spend({ by: [] })
  return row === undefined ? [0n, 0n] : [row.operations, row.costAtto]
}

const foreign = createSpan(9, { 'http.request.method': 'GET', big: 9_007_199_254_740_993n })

describe('what is forwarded', () => {
  test.each([
    ['protobuf', toProtobuf([foreign, foreign])],
    ['JSON', toJson([foreign, foreign])],
    ['protobuf without spans', { ...toProtobuf([]), body: Buffer.alloc(0) }],
  ])('without GenAI spans, the very bytes that came: %s', async (_, request) => {
    expect(await start()(request)).toEqual({ kind: 'accepted' })
    expect(forwarded).toHaveLength(1)
    expect(forwarded[0]?.body).toBe(request.body)
    expect(seen).toEqual([[request.body.length === 0 ? 0 : 2, [], []]])
    expect(await readSpend()).toEqual([0n, 0n])
  })

  test('in protobuf: the input and exactly its costs, unknown fields included', async () => {
    const call = createChatSpan(1, { 'team.id': 'a', pi: 3.25 })
    const request = toProtobuf([foreign, call, foreign])
    // Field 200, a varint: nothing that OTLP has.
    const unknown = Buffer.from([0xc0, 0x0c, 0x07])
    await start()({ ...request, body: Buffer.concat([request.body, unknown]) })
    const { signal, encoding, body } = forwarded[0]!
    expect([signal, encoding]).toEqual(['traces', 'protobuf'])
    const expected = encodeTraces(createTraces([foreign, add(call, ALONE), foreign]))
    expect(decodeTraces(body)).toEqual(decodeTraces(expected))
    expect(Buffer.from(body.subarray(-3))).toEqual(unknown)
    const told = [{ outcome: 'recorded', standing: 'counted' }]
    expect(seen).toEqual([[3, ['0000000000000001'], told]])
  })

  test('in JSON: the input and exactly its costs, its text elsewhere untouched', async () => {
    const call = createChatSpan(1)
    const request = toJson([foreign, call, foreign])
    await start()(request)
    const { encoding, body } = forwarded[0]!
    expect(encoding).toBe('json')
    const sent = Buffer.from(body).toString()
    expect(JSON.parse(sent)).toEqual(createTraces([foreign, add(call, ALONE), foreign]))
    const before = request.body.toString()
    const end = before.lastIndexOf('"intValue": "40"')
    expect(sent.startsWith(before.slice(0, end))).toBe(true)
    expect(sent.endsWith(before.slice(before.indexOf('span 9', end)))).toBe(true)
  })

  test('each span with its own: unpriced, held, echo, and one without ids', async () => {
    const priced = createChatSpan(1, { 'gen_ai.response.id': 'r-1' })
    const echo = { ...createChatSpan(2, { 'gen_ai.response.id': 'r-1' }), traceId: priced.traceId }
    const unpriced = createChatSpan(3, { 'gen_ai.response.model': 'two' })
    const held = createChatSpan(4, { 'gen_ai.operation.name': 'invoke_agent' })
    const nameless = { ...createChatSpan(5), spanId: '' }
    await start()(toProtobuf([priced, echo, unpriced, held, nameless]))

    const [, , book, source, card] = COSTS
    const refused = [
      text('spancost.cost.status', 'unpriced'),
      text('spancost.cost.standing', 'counted'),
      book!,
      text('spancost.cost.reason', 'unknown_model'),
    ]
    const standing = (name: string): AttributeJson[] => [
      text('spancost.cost.status', 'priced'),
      text('spancost.cost.standing', name),
      book!,
      source!,
      card!,
    ]
    const expected = [
      add(priced, ALONE),
      add(echo, [...standing('echo'), ...trace(10, 1)]),
      add(unpriced, [
        ...refused,
        count('spancost.trace.operations', 1),
        count('spancost.trace.unpriced', 1),
      ]),
      add(held, standing('held')),
      nameless,
    ]
    expect(decodeTraces(forwarded[0]!.body)).toEqual(
      decodeTraces(encodeTraces(createTraces(expected))),
    )
    expect(seen.map(([spanCount, , recorded]) => [spanCount, recorded.length])).toEqual([[5, 4]])
    expect(await readSpend()).toEqual([2n, 10n * USD])
  })

  test('what a sender wrote under our names is replaced', async () => {
    const call = createChatSpan(1)
    const forged = [double('spancost.cost.total', 0.01), text('spancost.cost.status', 'free')]
    const attributes = [forged[0]!, ...call.attributes, forged[1]!, ...subtree(7, 7)]
    const expected = createTraces([add(call, ALONE)])
    const consume = start()
    await consume(toJson([{ ...call, attributes }]))
    await consume(toProtobuf([{ ...call, attributes }]))
    const [json, protobuf] = forwarded
    expect(JSON.parse(Buffer.from(json!.body).toString())).toEqual(expected)
    expect(decodeTraces(protobuf!.body)).toEqual(decodeTraces(encodeTraces(expected)))
  })

  test('aliases where they are configured', async () => {
    const call = createChatSpan(1)
    await start({ aliases: ['langfuse'] })(toProtobuf([call]))
    const expected = add(call, [...COSTS, double('gen_ai.usage.cost', 10), ...trace(10, 1)])
    expect(decodeTraces(forwarded[0]!.body)).toEqual(
      decodeTraces(encodeTraces(createTraces([expected]))),
    )
  })

  test("the caller's signal goes with it", async () => {
    const caller = new AbortController()
    const signals: AbortSignal[] = []
    const forward: Consume = (_, signal) => {
      signals.push(signal)
      return Promise.resolve(answer)
    }
    const rollup = { maxSpans: 1_000, maxIdleMs: 60_000 }
    const options = { books: { of: createTestBook }, store, dimensions: [], aliases: [], rollup }
    const consume = createPipeline({ ...options, onRead: () => {}, onRecorded: () => {}, forward })
    await consume(toProtobuf([createChatSpan(1)]), caller.signal)
    await consume(toProtobuf([foreign]), caller.signal)
    expect(signals).toEqual([caller.signal, caller.signal])
  })
})

describe('the order of things', () => {
  test('the entry is in the ledger, with its labels, before the span goes on', async () => {
    const traceId = '00000000000000000000000000000001'
    let labelsAtForward: object | undefined
    const consume = start({
      forward: async () => {
        const [entry] = await store.entries({ traceId, limit: 10 })
        labelsAtForward = entry?.labels
        return { kind: 'accepted' }
      },
    })
    await consume(toProtobuf([createChatSpan(1, { 'team.id': 'a' })]))
    const call = { provider: 'acme', model: 'one', operation: 'chat' }
    expect(labelsAtForward).toEqual({ ...call, service: 'checkout', team: 'a' })
  })

  test('a ledger that fails: the sender keeps the request, and nothing is forwarded', async () => {
    const consume = start()
    await store.close()
    expect(await consume(toProtobuf([createChatSpan(1)]))).toEqual({
      kind: 'retryable',
      message: 'the ledger refused: the ledger :memory: is closed',
      cause: 'ledger',
    })
    expect([forwarded, seen]).toEqual([[], [[1, [], []]]])
    // What needs no ledger goes on.
    expect(await consume(toProtobuf([foreign]))).toEqual({ kind: 'accepted' })
  })

  test.each<Result>([
    { kind: 'retryable', message: 'busy', afterMs: 7 },
    { kind: 'permanent', fault: 'refused', message: 'no' },
    { kind: 'accepted', partialSuccess: { rejected: 1n, message: 'one' } },
  ])("the next hop's word is passed on: $kind; a retry counts once", async (word) => {
    answer = word
    const consume = start()
    const request = toProtobuf([createChatSpan(1)])
    expect(await consume(request)).toBe(word)
    answer = { kind: 'accepted' }
    expect(await consume(request)).toBe(answer)

    expect(await readSpend()).toEqual([1n, 10n * USD])
    expect(seen).toEqual([
      [1, ['0000000000000001'], [{ outcome: 'recorded', standing: 'counted' }]],
      [1, ['0000000000000001'], [{ outcome: 'duplicate', standing: 'counted' }]],
    ])
    // The retry carries the same costs.
    expect(forwarded.map(({ body }) => Buffer.from(body))).toEqual(
      Array(2).fill(encodeTraces(createTraces([add(createChatSpan(1), ALONE)]))),
    )
  })

  test('one call twice in a request, and in two requests at once, counts once', async () => {
    const consume = start()
    const request = toProtobuf([createChatSpan(1), createChatSpan(1)])
    await Promise.all([consume(request), consume(request)])
    expect(await readSpend()).toEqual([1n, 10n * USD])
    expect(forwarded).toHaveLength(2)
  })
})

describe('what is no trace request', () => {
  const good = toProtobuf([createChatSpan(1)])
  test.each<[string, OtlpRequest]>([
    ['garbage', { ...good, body: Buffer.from('garbage') }],
    ['cut protobuf', { ...good, body: good.body.subarray(0, -5) }],
    ['no JSON', { ...good, encoding: 'json', body: Buffer.from('{"resourceSpans": [') }],
    ['JSON of another shape', { ...good, encoding: 'json', body: Buffer.from('[1]') }],
  ])('%s is malformed, and changes nothing', async (_, request) => {
    expect(await start()(request)).toEqual({
      kind: 'permanent',
      fault: 'malformed',
      message: expect.stringMatching(/./),
    })
    expect([forwarded, seen, await readSpend()]).toEqual([[], [], [0n, 0n]])
  })
})

describe('what is below a span', () => {
  const { traceId } = createSpan(1, {})
  const child = (span: SpanJson, parent: number): SpanJson => ({
    ...span,
    traceId,
    parentSpanId: createSpan(parent, {}).spanId,
  })
  const root = { ...createSpan(1, { 'http.route': '/' }), attributes: [] }
  const agent = child(createChatSpan(2, { 'gen_ai.operation.name': 'invoke_agent' }), 1)
  const hop = child(createSpan(3, { 'http.route': '/ask' }), 2)
  const calls = [child(createChatSpan(4), 3), child(createChatSpan(5), 3)]
  const standing = text('spancost.cost.standing', 'restated')
  const restated = [COSTS[0]!, standing, ...COSTS.slice(2, 5)]
  const expected = [
    add(root, [...subtree(20, 2), ...trace(20, 2)]),
    add(agent, [...restated, ...subtree(20, 2)]),
    add(hop, subtree(20, 2)),
    ...calls.map((call) => add(call, COSTS)),
  ]
  const spans = [root, agent, hop, ...calls]

  test.each([
    ['protobuf', toProtobuf],
    ['JSON', toJson],
  ])('in one request, the root first, and again when it is retried: %s', async (_, encode) => {
    const consume = start()
    await consume(encode(spans))
    await consume(encode(spans))
    for (const { body, encoding } of forwarded) {
      if (encoding === 'json') {
        expect(JSON.parse(Buffer.from(body).toString())).toEqual(createTraces(expected))
      } else {
        const wanted = decodeTraces(encodeTraces(createTraces(expected)))
        expect(decodeTraces(body)).toEqual(wanted)
      }
    }
    expect(await readSpend()).toEqual([2n, 20n * USD])
  })

  test('bottom-up, each span in a request of its own', async () => {
    const consume = start()
    for (const span of spans.toReversed()) await consume(toProtobuf([span]))
    const sent = forwarded.map(({ body }) => decodeTraces(body))
    const wanted = expected.map((span) => decodeTraces(encodeTraces(createTraces([span]))))
    expect(sent).toEqual(wanted.toReversed())
  })

  test('a span with nothing below it, of a trace with calls, leaves as the bytes that came', async () => {
    const consume = start()
    await consume(toProtobuf([calls[0]!]))
    const late = toProtobuf([child(createSpan(6, {}), 1)])
    await consume(late)
    expect(forwarded[1]!.body).toBe(late.body)
  })

  test('what a sender wrote under our names is replaced on ancestors as well', async () => {
    const forged = [...subtree(1, 1), ...root.attributes]
    const request = [...spans.slice(1), { ...root, attributes: forged }]
    await start()(toProtobuf(request))
    const wanted = [...expected.slice(1), expected[0]!]
    expect(decodeTraces(forwarded[0]!.body)).toEqual(
      decodeTraces(encodeTraces(createTraces(wanted))),
    )
  })
})

describe('spans between an agent and its call', () => {
  const traceId = createSpan(1, {}).traceId
  const agent = createChatSpan(1, { 'gen_ai.operation.name': 'invoke_agent' })
  const call = { ...createChatSpan(2), traceId, parentSpanId: createSpan(3, {}).spanId }
  const between = { ...createSpan(3, { 'http.route': '/' }), traceId, parentSpanId: agent.spanId }

  test.each([
    ['in the same request', [[agent, between, call]]],
    ['in a later request without GenAI', [[agent, call], [between]]],
    ['in an earlier request without GenAI', [[between], [agent, call]]],
  ])('say whose it is: %s', async (_, requests) => {
    const consume = start()
    for (const spans of requests) await consume(toProtobuf(spans))
    const stored = await store.entries({ traceId, limit: 10 })
    const standings = stored.map(({ operation, standing }) => `${operation.role} ${standing}`)
    expect(standings.toSorted()).toEqual(['container restated', 'leaf counted'])
  })

  test('come again with their operations after the ledger refused these', async () => {
    const consume = start()
    await consume(toProtobuf([between]))
    vi.spyOn(store, 'record').mockRejectedValueOnce(new Error('disk full'))
    expect(await consume(toProtobuf([agent, call]))).toMatchObject({ kind: 'retryable' })
    await consume(toProtobuf([agent, call]))
    expect(await store.relatives({ traceId })).toMatchObject([{ spanId: between.spanId }])
  })
})
