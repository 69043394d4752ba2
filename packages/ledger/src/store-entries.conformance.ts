import { expect, test } from 'vitest'
import type { Entry } from './entry.ts'
import { createSampleEntry, createTraceId } from './testing/sample-entries.ts'
import {
  DUPLICATE,
  ECHO,
  expectCounted,
  HELD,
  listTrace,
  RECORDED,
  type Place,
} from './testing/place.ts'

/** The part of the conformance suite that is about entries: kept whole, recorded once, standing. */

export function describeKeeping(place: Place): void {
  test('an entry comes back equal, with all of its fields', async () => {
    const store = await place.open()
    const before = Date.now()
    await store.record([FULL_ENTRY])
    const [stored] = await listTrace(store)
    expect(stored).toEqual({
      ...FULL_ENTRY,
      standing: 'counted',
      arrivedAs: 'counted',
      corrections: [],
      recordedAtUnixMs: expect.any(Number),
    })
    expect(stored!.recordedAtUnixMs).toBeGreaterThanOrEqual(before)
    expect(stored!.recordedAtUnixMs).toBeLessThanOrEqual(Date.now())
  })

  test('what an entry lacks stays absent', async () => {
    const store = await place.open()
    const entry = createSampleEntry({ lines: [], status: 'unpriced', labels: {} })
    await store.record([entry])
    const [stored] = await listTrace(store)
    expect(stored).toStrictEqual({
      ...entry,
      standing: 'counted',
      arrivedAs: 'counted',
      corrections: [],
      recordedAtUnixMs: stored!.recordedAtUnixMs,
    })
  })

  test('the first and the last time that OTLP can say come back', async () => {
    const store = await place.open()
    const times = [2n ** 64n - 1n, 2n ** 63n, 1n, 0n]
    const entries = times.map((startTimeUnixNano, index) => ({
      ...createSampleEntry({ span: index + 1, startTimeUnixNano }),
      endTimeUnixNano: 0n,
    }))
    await store.record(entries)
    const stored = await listTrace(store)
    expect(stored.map((entry) => entry.startTimeUnixNano)).toEqual(times.toReversed())
  })

  test('entries of a trace come oldest first, at most as many as asked for', async () => {
    const store = await place.open()
    const starts = [30n, 10n, 40n, 20n]
    await store.record(
      starts.map((startTimeUnixNano, index) =>
        createSampleEntry({ span: index + 1, startTimeUnixNano }),
      ),
    )
    await store.record([createSampleEntry({ trace: 2, startTimeUnixNano: 5n })])
    const stored = await store.entries({ traceId: createTraceId(1), limit: 3 })
    expect(stored.map((entry) => entry.startTimeUnixNano)).toEqual([10n, 20n, 30n])
    expect(await store.entries({ traceId: createTraceId(3), limit: 3 })).toEqual([])
    const [, second] = stored
    const { traceId, spanId } = second!
    expect(await store.entries({ traceId, spanId, limit: 3 })).toEqual([second])
  })

  test('a question that makes no sense rejects', async () => {
    const store = await place.open()
    const traceId = createTraceId(1)
    await expect(store.entries({ traceId: 'T', limit: 1 })).rejects.toThrow('trace id "T" is not')
    await expect(store.entries({ traceId, limit: 0 })).rejects.toThrow('limit 0 is not')
    await expect(store.entries({ traceId, limit: 1.5 })).rejects.toThrow('limit 1.5 is not')
    await expect(store.topTraces({ limit: -1 })).rejects.toThrow('limit -1 is not')
    await expect(store.spend({ by: [], toUnixMs: 0.5 })).rejects.toThrow('toUnixMs 0.5 is not')
  })
}

export function describeOnce(place: Place): void {
  test('within one call', async () => {
    const store = await place.open()
    const entry = createSampleEntry()
    const other = createSampleEntry({ span: 2 })
    expect(await store.record([entry, entry, other, entry])).toEqual([
      RECORDED,
      DUPLICATE,
      RECORDED,
      DUPLICATE,
    ])
    await expectCounted(store, 2)
  })

  test('over calls, whatever else the second one says', async () => {
    const store = await place.open()
    expect(await store.record([createSampleEntry()])).toEqual([RECORDED])
    const changed = createSampleEntry({ lines: [['output', 7, 99n]], labels: { model: 'm2' } })
    expect(await store.record([changed])).toEqual([DUPLICATE])
    await expectCounted(store, 1)
    expect((await listTrace(store))[0]!.labels).toEqual({ model: 'm1' })
  })

  test('over calls at the same time, each of which gets its own answers', async () => {
    const store = await place.open()
    const a = createSampleEntry({ span: 1 })
    const b = createSampleEntry({ span: 2 })
    const c = createSampleEntry({ span: 3 })
    const answers = await Promise.all([
      store.record([a, b]),
      store.record([b, c]),
      store.record([a]),
    ])
    expect(answers).toEqual([[RECORDED, RECORDED], [DUPLICATE, RECORDED], [DUPLICATE]])
    await expectCounted(store, 3)
  })

  test('after closing and opening again', async () => {
    const store = await place.open()
    await store.record([createSampleEntry()])
    await store.close()
    const again = await place.open()
    expect(await again.record([createSampleEntry(), createSampleEntry({ span: 2 })])).toEqual([
      DUPLICATE,
      RECORDED,
    ])
    await expectCounted(again, 2)
  })
}

export function describeAnswers(place: Place): void {
  test('a duplicate has the standing of the entry that is there', async () => {
    const store = await place.open()
    const container = createSampleEntry({ operation: { role: 'container' } })
    await store.record([container])
    expect(await store.record([container])).toEqual([{ outcome: 'duplicate', standing: 'held' }])
    expect(await store.record([createSampleEntry()])).toEqual([
      { outcome: 'duplicate', standing: 'held' },
    ])
  })

  test('the same span id in another trace is another id', async () => {
    const store = await place.open()
    const entries = [createSampleEntry({ trace: 1 }), createSampleEntry({ trace: 2 })]
    expect(await store.record(entries)).toEqual([RECORDED, RECORDED])
    await expectCounted(store, 2)
  })

  test('a large call and many calls are answered in order', async () => {
    const store = await place.open()
    const entries = Array.from({ length: 5_000 }, (_, index) =>
      // Every third one repeats the one before it.
      createSampleEntry({ span: index % 3 === 2 ? index : index + 1 }),
    )
    const expected = entries.map((_, index) => (index % 3 === 2 ? DUPLICATE : RECORDED))
    const calls = [store.record(entries), ...entries.slice(0, 50).map((e) => store.record([e]))]
    const [large, ...small] = await Promise.all(calls)
    expect(large).toEqual(expected)
    expect(small).toEqual(Array.from({ length: 50 }, () => [DUPLICATE]))
    await expectCounted(store, 3_334)
  })
}

const openai = { provider: 'openai', responseId: 'r1' }

function createAnswer(span: number): Entry {
  return createSampleEntry({ span, operation: openai })
}

export function describeStanding(place: Place): void {
  test('a container is held and not spend; what is free counts', async () => {
    const store = await place.open()
    const answers = await store.record([
      createSampleEntry({ span: 1, operation: { role: 'container', ...openai } }),
      createSampleEntry({ span: 2, operation: { role: 'free' }, status: 'free', lines: [] }),
      // Neither of the two is a counted leaf that this one could repeat.
      createSampleEntry({ span: 3, operation: openai }),
    ])
    expect(answers).toEqual([HELD, RECORDED, RECORDED])
    await expectCounted(store, 2)
    const stored = await listTrace(store)
    expect(stored.map(({ standing }) => standing)).toEqual(['held', 'counted', 'counted'])
  })

  test('the same response of the same provider in a trace is an echo, and not spend', async () => {
    const store = await place.open()
    expect(await store.record([createAnswer(1), createAnswer(2)])).toEqual([RECORDED, ECHO])
    expect(await store.record([createAnswer(3)])).toEqual([ECHO])
    expect(await store.record([createAnswer(3)])).toEqual([
      { outcome: 'duplicate', standing: 'echo' },
    ])
    await store.close()
    const again = await place.open()
    expect(await again.record([createAnswer(4), createAnswer(1)])).toEqual([ECHO, DUPLICATE])
    await expectCounted(again, 1)
    expect(await listTrace(again)).toHaveLength(4)
  })

  test.each([
    ['another trace', { trace: 2, operation: openai }],
    ['another response', { operation: { ...openai, responseId: 'r2' } }],
    ['another provider', { operation: { ...openai, provider: 'anthropic' } }],
    ['a provider that is not said', { operation: { responseId: 'r1' } }],
    ['another role', { operation: { ...openai, role: 'free' as const } }],
  ])('%s makes no echo', async (_, fields) => {
    const store = await place.open()
    const entries = [
      createSampleEntry({ span: 1, operation: openai }),
      createSampleEntry({ span: 2, ...fields }),
    ]
    expect(await store.record(entries)).toEqual([RECORDED, RECORDED])
  })

  test('leaves without a response id, or with an empty one, are no echoes', async () => {
    const store = await place.open()
    const entries = [undefined, undefined, '', ''].map((responseId, index) =>
      createSampleEntry({
        span: index + 1,
        operation: { provider: 'openai', ...(responseId !== undefined && { responseId }) },
      }),
    )
    expect(await store.record(entries)).toEqual(entries.map(() => RECORDED))
  })
}

const FULL_ENTRY: Entry = {
  traceId: createTraceId(1),
  spanId: 'fedcba9876543210',
  parentSpanId: '00000000000000ff',
  spanName: 'chat "größe"\n\u0000 \u{1f4b0}',
  startTimeUnixNano: 1_772_361_000_123_456_789n,
  endTimeUnixNano: 1_772_361_000_123_456_788n,
  operation: {
    dialect: 'openinference',
    role: 'leaf',
    name: 'chat',
    provider: 'azure.ai.openai',
    requestModel: 'gpt-5',
    responseModel: 'gpt-5-2025-08-07',
    responseId: 'chatcmpl-1',
    serviceTier: 'batch',
    region: 'eu-west-1',
    serverAddress: 'example.com',
    usage: { inputTokens: 9_007_199_254_740_991, outputTokens: 0, audioSeconds: 0.1 },
    inclusive: 'ambiguous',
    errorType: 'timeout',
  },
  units: new Map([
    ['input', 999_999_999_999],
    ['audio_second', 0.1],
  ]),
  rating: {
    status: 'partial',
    reason: 'no_rate',
    detail: 'no rate for audio_second',
    source: 'book',
    card: 'openai/gpt-5',
    book: 'genai-prices@0.1.8',
    lines: [
      { unit: 'input', quantity: 999_999_999_999, rate: '1/3', costAtto: 10n ** 23n + 1n },
      { unit: 'output', quantity: 1, rate: '0', costAtto: -7n },
    ],
    costAtto: 10n ** 23n - 6n,
    cache: { savedAtto: 10n ** 22n + 1n, extraAtto: 0n },
  },
  labels: {
    model: 'gpt-5',
    10: 'ten',
    9: 'nine',
    __proto: 'x',
    'a"b': '',
    größe: '\u0000\u{1f4b0}',
  },
}
