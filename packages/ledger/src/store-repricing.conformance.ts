import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry, Repricing, StoredEntry } from './entry.ts'
import { MAX_REPRICINGS, type Store } from './store.ts'
import { addUp, addUpBy, keySums, pickSums, takeBack } from './testing/plain-sums.ts'
import { listTrace, type Place } from './testing/place.ts'
import {
  createSampleEntry,
  SAMPLE_START_UNIX_MS,
  type SampleFields,
} from './testing/sample-entries.ts'
import { createTrace, traceSketch } from './testing/trace-model.ts'

/** The part of the conformance suite about prices that are corrected later. */
export function describeRepricing(place: Place): void {
  describeDifferences(place)
  describeLater(place)
  describePages(place)
  describeAnyOrder(place)
}

const AT_ONCE = { beforeUnixMs: Date.UTC(2100, 0), limit: 100 }

/** The rating that an entry with these fields would have. */
function repricingOf(fields: SampleFields): Repricing {
  const { traceId, spanId, rating } = createSampleEntry(fields)
  return { traceId, spanId, rating }
}

function describeDifferences(place: Place): void {
  test('a correcting entry has the difference, and the second time there is none', async () => {
    const store = await place.open()
    await store.record([
      createSampleEntry({
        lines: [
          ['input', 10, 25n],
          ['output', 2, 10n ** 18n],
        ],
      }),
    ])
    const lower = repricingOf({
      lines: [
        ['input', 10, 20n],
        ['output', 2, 10n ** 18n + 7n],
      ],
    })
    expect(await store.reprice([lower])).toBe(1)
    expect(await store.reprice([lower])).toBe(0)
    // Another book with the same prices is no other price.
    const sameMoney = { ...lower, rating: { ...lower.rating, book: 'test@2' } }
    expect(await store.reprice([sameMoney])).toBe(0)
    await store.close()

    const again = await place.open()
    const [row] = await again.spend({ by: ['model'] })
    expect(row).toMatchObject({
      operations: 1n,
      costAtto: 10n ** 18n + 27n,
      parts: { input: 20n, output: 10n ** 18n + 7n },
      tokens: { input: 10n, output: 2n },
      statuses: { priced: 1n },
    })
    const [entry] = await listTrace(again)
    expect(entry).toMatchObject({
      standing: 'counted',
      rating: { costAtto: 10n ** 18n + 27n, book: 'test@1' },
      arrivedWith: { costAtto: 10n ** 18n + 25n },
      corrections: [{ reason: 'repriced', standing: 'counted', operations: 0n, costAtto: 2n }],
    })
    expect(entry!.corrections[0]!.rating).toEqual(lower.rating)
    // Counters rise by what rose; what fell is beside them. The bucket of the histogram stays.
    const [total] = await again.totals()
    expect(total).toMatchObject({ operations: 1n, parts: { input: 25n, output: 10n ** 18n + 7n } })
    expect(total!.reversed).toMatchObject({ operations: 0n, parts: { input: 5n, output: 0n } })
    expect(total!.costCounts.reduce((sum, count) => sum + count)).toBe(1n)
    expect(await again.verify({ limit: 10 })).toEqual([])
  })

  test('what had no price has one then, and goes over to the other status', async () => {
    const store = await place.open()
    const unknown = { status: 'unpriced', reason: 'unknown_model' } as const
    await store.record([
      createSampleEntry({ span: 1, ...unknown }),
      createSampleEntry({ span: 2, ...unknown }),
    ])
    expect(await store.reprice([repricingOf({ span: 1 })])).toBe(1)
    expect(await store.spend({ by: [] })).toMatchObject([
      { operations: 2n, costAtto: 25n, statuses: { priced: 1n, unpriced: 1n } },
    ])
    expect(await store.topTraces({ limit: 1 })).toMatchObject([{ operations: 2n, unpriced: 1n }])
    expect(await store.unpriced({ limit: 10 })).toMatchObject([
      { operations: 1n, example: { spanId: '0000000000000002' } },
    ])
    const [entry] = await listTrace(store)
    expect(entry).toMatchObject({ rating: { status: 'priced' }, arrivedWith: unknown })
    expect(entry!.corrections).toMatchObject([{ operations: 0n, costAtto: 25n }])
    // And back again, which takes away what it had been given.
    expect(await store.reprice([repricingOf({ span: 1, ...unknown })])).toBe(1)
    expect(await store.spend({ by: [] })).toMatchObject([
      { operations: 2n, costAtto: 0n, statuses: { unpriced: 2n } },
    ])
    expect((await listTrace(store))[0]!.corrections).toMatchObject([
      { operations: 0n, costAtto: 25n },
      { operations: 0n, costAtto: -25n },
    ])
    expect(await store.verify({ limit: 10 })).toEqual([])
  })

  test('what is not there is passed over, and what no ledger can hold refused', async () => {
    const store = await place.open()
    await store.record([createSampleEntry({ span: 1 })])
    expect(await store.reprice([])).toBe(0)
    expect(await store.reprice([repricingOf({ span: 2, lines: [['input', 1, 1n]] })])).toBe(0)
    const { rating } = repricingOf({ lines: [['input', 1, 1n]] })
    const wrong = { ...repricingOf({}), rating: { ...rating, costAtto: 2n } }
    await expect(store.reprice([wrong])).rejects.toThrow('costAtto is 2, but its lines add up to 1')
    const many = Array.from({ length: MAX_REPRICINGS + 1 }, () => repricingOf({}))
    await expect(store.reprice(many)).rejects.toThrow('1001 repricings; at most 1000 are taken')
    expect((await store.spend({ by: [] }))[0]!.costAtto).toBe(25n)
  })
}

function describeLater(place: Place): void {
  const operation = { role: 'container', name: 'invoke_agent', usage: { inputTokens: 3 } } as const

  test('what is no spend adds nothing, and has its new price when it counts', async () => {
    const store = await place.open()
    await store.record([createSampleEntry({ operation, lines: [['input', 3, 7n]] })])
    const dearer = repricingOf({ operation, lines: [['input', 3, 9n]] })
    expect(await store.reprice([dearer])).toBe(1)
    expect(await store.spend({ by: [] })).toEqual([])
    const [held] = await listTrace(store)
    expect(held).toMatchObject({ standing: 'held', rating: { costAtto: 9n } })
    await store.settle(AT_ONCE)
    expect(await store.spend({ by: [] })).toMatchObject([{ operations: 1n, costAtto: 9n }])
    expect(await store.verify({ limit: 10 })).toEqual([])
  })

  test('what is taken back is what it is priced at, in the status that it has', async () => {
    const store = await place.open()
    const unpriced = { operation, status: 'unpriced', lines: [['input', 3, 0n]] } as const
    await store.record([createSampleEntry(unpriced)])
    await store.settle(AT_ONCE)
    await store.reprice([repricingOf({ operation, lines: [['input', 3, 9n]] })])
    const call = createSampleEntry({ span: 2, lines: [['input', 5, 4n]] })
    await store.record([{ ...call, parentSpanId: '0000000000000001' }])
    expect(await store.spend({ by: [] })).toMatchObject([
      { operations: 1n, costAtto: 4n, tokens: { input: 5n }, statuses: { priced: 1n } },
    ])
    const agent = (await listTrace(store)).find(({ standing }) => standing === 'restated')
    expect(agent!.corrections).toMatchObject([
      { reason: 'settled', operations: 1n, costAtto: 0n },
      { reason: 'repriced', operations: 0n, costAtto: 9n },
      { reason: 'late_leaf', operations: -1n, costAtto: -9n },
    ])
    expect(await store.verify({ limit: 10 })).toEqual([])
  })
}

function describePages(place: Place): void {
  test('entries of a range come in pages, by their start, with what they are now', async () => {
    const store = await place.open()
    const at = (trace: number, span: number, startUnixMs: number) =>
      createSampleEntry({ trace, span, startUnixMs })
    const start = SAMPLE_START_UNIX_MS
    const hour = 3_600_000
    await store.record([
      at(1, 1, start),
      at(3, 1, start + hour),
      at(2, 2, start + hour),
      at(2, 1, start + hour),
      at(4, 1, start + 2 * hour),
    ])
    await store.reprice([repricingOf({ trace: 2, span: 1, lines: [['input', 10, 1n]] })])
    const range = { fromUnixMs: start + 1, toUnixMs: start + 2 * hour }
    const first = await store.entriesBetween({ ...range, limit: 2 })
    expect(first.map(nameOf)).toEqual(['2/1', '2/2'])
    expect(first.map(({ rating }) => rating.costAtto)).toEqual([1n, 25n])
    const rest = await store.entriesBetween({ ...range, after: first[1]!, limit: 2 })
    expect(rest.map(nameOf)).toEqual(['3/1'])
    expect(await store.entriesBetween({ ...range, after: rest[0]!, limit: 2 })).toEqual([])
    expect((await store.entriesBetween({ limit: 10 })).map(nameOf)).toEqual([
      '1/1',
      '2/1',
      '2/2',
      '3/1',
      '4/1',
    ])
    await expect(store.entriesBetween({ limit: 0 })).rejects.toThrow('limit 0 is not')
  })
}

function nameOf({ traceId, spanId }: StoredEntry): string {
  return `${Number(`0x${traceId}`)}/${Number(`0x${spanId}`)}`
}

function describeAnyOrder(place: Place): void {
  test('whenever entries are priced again, the sums are those of the last prices', async () => {
    const store = await place.open()
    let trace = 0
    await fc.assert(
      fc.asyncProperty(traceSketch, fc.infiniteStream(fc.nat(1_000)), async (sketch, random) => {
        trace += 1
        const next = () => random.next().value as number
        const labels = { model: `trace ${trace}` }
        const model = createTrace(trace, sketch, labels)
        const entries = new Map(model.entries.map((entry) => [entry.spanId, entry]))
        const arrived: string[] = []
        for (const entry of model.entries) {
          arrived.push(entry.spanId)
          await store.record([entry], model.relatives)
          const again = arrived
            .filter(() => next() % 3 === 0)
            .map((id) => anew(entries.get(id)!, next()))
          for (const one of again) entries.set(one.spanId, one)
          await store.reprice(again)
          if (next() % 3 === 0) await store.settle(AT_ONCE)
        }
        await store.settle(AT_ONCE)
        // All of them once more are all the same: nothing changes.
        expect(await store.reprice([...entries.values()])).toBe(0)
        await expectSums(store, labels, model.standings, [...entries.values()])
      }),
      { numRuns: 25 },
    )
    expect(await store.verify({ limit: 10 })).toEqual([])
  }, 60_000)
}

/** The entry at other prices: unknown ones, or what it costs times something. */
function anew(entry: Entry, roll: number): Entry {
  const { rating, units } = entry
  if (roll % 4 === 0) {
    return {
      ...entry,
      rating: { status: 'unpriced', reason: 'no_rate', book: 'test@2', lines: [] },
    }
  }
  const lines = [...units].map(([unit, quantity], at) => ({
    unit,
    quantity,
    rate: '1',
    costAtto: BigInt(quantity * (roll + at)) * 10n ** BigInt(roll % 17),
  }))
  const status = roll % 4 === 1 ? 'estimated' : 'priced'
  const costAtto = lines.reduce((sum, line) => sum + line.costAtto, 0n)
  return { ...entry, rating: { ...rating, status, lines, costAtto } }
}

async function expectSums(
  store: Store,
  labels: Entry['labels'],
  standings: Readonly<Record<string, string>>,
  entries: readonly Entry[],
): Promise<void> {
  const counted = entries.filter(({ spanId }) => standings[spanId] === 'counted')
  const totals = await store.totals()
  const mine = totals.filter((total) => total.labels['model'] === labels['model'])
  expect(keySums(takeBack(mine), ({ status }) => status)).toEqual(
    addUpBy(counted, ({ rating }) => rating.status),
  )
  const spend = await store.spend({ by: [], where: { model: [labels['model']!] } })
  expect(spend.map(pickSums)).toEqual(counted.length === 0 ? [] : [addUp(counted)])
}
