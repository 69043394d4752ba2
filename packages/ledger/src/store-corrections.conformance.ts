import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry, Relative } from './entry.ts'
import type { Store } from './store.ts'
import { addUp, pickSums, takeBack } from './testing/plain-sums.ts'
import { DUPLICATE, HELD, listTrace, RECORDED, type Place } from './testing/place.ts'
import { createSampleEntry, createTraceId } from './testing/sample-entries.ts'
import { createTrace, traceSketch, type TraceModel } from './testing/trace-model.ts'

/**
 * The part of the conformance suite about changes of mind: they are correcting entries, the sums
 * follow them, and in the end it makes no difference in what order things came.
 */
export function describeCorrections(place: Place): void {
  describeSettling(place)
  describeChanges(place)
  describeRelatives(place)
  describeOrder(place)
}

/** Later than anything that a test records. */
const AT_ONCE = { beforeUnixMs: Date.UTC(2100, 0), limit: 100 }

function describeSettling(place: Place): void {
  test('a held container that nothing came below counts once it is settled', async () => {
    const store = await place.open()
    const before = Date.now()
    await store.record([createAgent(1), createCall(2, 9)])
    expect(await store.settle({ beforeUnixMs: before, limit: 10 })).toEqual(NOTHING)
    expect(await spendOf(store)).toEqual([1n, 25n])
    await store.close()

    const again = await place.open()
    expect(await again.settle(AT_ONCE)).toEqual({ containers: 1, isDone: true })
    expect(await again.settle(AT_ONCE)).toEqual(NOTHING)
    expect(await spendOf(again)).toEqual([2n, 32n])
    const [agent] = await listTrace(again)
    expect(agent).toMatchObject({ standing: 'counted', arrivedAs: 'held' })
    expect(agent!.corrections).toEqual([
      {
        reason: 'settled',
        standing: 'counted',
        recordedAtUnixMs: expect.any(Number),
        operations: 1n,
        costAtto: 7n,
      },
    ])
    expect(await again.record([createAgent(1)])).toEqual([
      { outcome: 'duplicate', standing: 'counted' },
    ])
    expect(await again.verify({ limit: 10 })).toEqual([])
  })

  test('a call that comes after that turns it into restated, and its cost is taken back', async () => {
    const store = await place.open()
    expect(await store.record([createAgent(1)])).toEqual([HELD])
    await store.settle(AT_ONCE)
    const changed = [{ spanId: idOf(1), standing: 'restated' }]
    expect(await store.record([createCall(2, 1)])).toMatchObject([{ ...RECORDED, changed }])
    expect(await spendOf(store)).toEqual([1n, 25n])
    const [agent] = await listTrace(store)
    expect(agent).toMatchObject({
      standing: 'restated',
      corrections: [
        { reason: 'settled', operations: 1n, costAtto: 7n },
        { reason: 'late_leaf', standing: 'restated', operations: -1n, costAtto: -7n },
      ],
    })
    expect(await store.settle(AT_ONCE)).toEqual(NOTHING)
    // Totals go on growing, as counters must; what was taken back is beside them.
    const [total] = await store.totals()
    expect(total).toMatchObject({ operations: 2n, costAtto: 32n })
    expect(total!.reversed).toMatchObject({ operations: 1n, costAtto: 7n })
    expect(await store.topTraces({ limit: 10 })).toMatchObject([{ operations: 1n, costAtto: 25n }])
    expect(await store.verify({ limit: 10 })).toEqual([])
  })

  test('a container that a call came below in time is not settled, nor one without usage', async () => {
    const store = await place.open()
    const silent = createSampleEntry({ span: 5, operation: containerOf({}), lines: [] })
    await store.record([createAgent(1), silent])
    await store.record([createCall(2, 1)])
    expect(await store.settle(AT_ONCE)).toEqual(NOTHING)
    const stored = await listTrace(store)
    expect(stored.map(({ standing }) => standing).toSorted()).toEqual([
      'counted',
      'held',
      'restated',
    ])
    expect(stored.find(({ standing }) => standing === 'restated')!.corrections).toMatchObject([
      { reason: 'late_leaf', operations: 0n, costAtto: 0n },
    ])
  })

  test('what waits to be settled can be listed, the oldest first, until it is', async () => {
    const store = await place.open()
    const silent = createSampleEntry({ span: 5, operation: containerOf({}), lines: [] })
    await store.record([createAgent(1)])
    await store.record([createAgent(2, 2), createAgent(3), createCall(4, 3), silent])
    const listed = await store.held({ limit: 10 })
    expect(listed.map(({ spanId }) => spanId)).toEqual([idOf(1), idOf(2)])
    expect(listed[0]).toMatchObject({ standing: 'held', rating: { costAtto: 7n } })
    expect(await store.held({ limit: 1 })).toHaveLength(1)
    await store.settle(AT_ONCE)
    expect(await store.held({ limit: 10 })).toEqual([])
  })

  test('a step settles some traces and says whether there are more', async () => {
    const store = await place.open()
    await store.record([1, 2, 3, 4, 5].map((trace) => createAgent(1, trace)))
    const steps = []
    for (let step = 0; step < 3; step += 1) steps.push(await store.settle({ ...AT_ONCE, limit: 2 }))
    expect(steps).toEqual([
      { containers: 2, isDone: false },
      { containers: 2, isDone: false },
      { containers: 1, isDone: true },
    ])
    expect(await spendOf(store)).toEqual([5n, 35n])
    await expect(store.settle({ ...AT_ONCE, limit: 0 })).rejects.toThrow('limit 0 is not')
  })
}

function describeChanges(place: Place): void {
  test('the better of two sightings counts, whichever came first', async () => {
    const store = await place.open()
    const blunt = createCall(2, 1, 'wrapper')
    const sharp = createSampleEntry({
      span: 3,
      lines: [
        ['input', 4, 4n],
        ['cache_read', 6, 1n],
      ],
      operation: callOf('sdk'),
    })
    expect(await store.record([blunt])).toEqual([RECORDED])
    expect(await store.record([{ ...sharp, parentSpanId: idOf(1) }])).toMatchObject([RECORDED])
    expect(await spendOf(store)).toEqual([1n, 5n])
    const stored = await listTrace(store)
    const wrapper = stored.find(({ spanId }) => spanId === blunt.spanId)
    expect(wrapper).toMatchObject({
      standing: 'echo',
      arrivedAs: 'counted',
      corrections: [{ reason: 'better_sighting', operations: -1n, costAtto: -25n }],
    })
    expect(await store.record([blunt])).toEqual([{ outcome: 'duplicate', standing: 'echo' }])
    expect(await store.spend({ by: ['model'], granularity: 'hour' })).toHaveLength(1)
    expect(await store.verify({ limit: 10 })).toEqual([])
  })

  test('a row of sums that is empty after corrections is no spend', async () => {
    const store = await place.open()
    const agent = { ...createAgent(1), labels: { model: 'of the agent' } }
    await store.record([agent])
    await store.settle(AT_ONCE)
    await store.record([createCall(2, 1)])
    const rows = await store.spend({ by: ['model'] })
    expect(rows.map(({ labels }) => labels)).toEqual([{ model: 'm1' }])
    const from = Number(agent.startTimeUnixNano / 1_000_000n)
    const part = { by: ['model'], fromUnixMs: from, toUnixMs: from + 2 }
    expect((await store.spend(part)).map(({ labels }) => labels)).toEqual([{ model: 'm1' }])
    expect(takeBack(await store.totals()).map(pickSums)).toEqual([addUp([createCall(2, 1)])])
  })

  test('who brings a change is told of it, once, where it makes a difference to spend', async () => {
    const store = await place.open()
    const operation = { provider: 'openai', responseId: 'r', scopeName: 'a' }
    const plain = createSampleEntry({ span: 1, operation })
    const lines = [['input', 4, 2n] as const, ['cache_read', 6, 1n] as const]
    const telling = { ...operation, scopeName: 'b' }
    const better = createSampleEntry({ span: 2, operation: telling, lines })
    expect(await store.record([plain])).toEqual([RECORDED])
    const [first, second] = await store.record([better, createAgent(3)])
    expect(first).toMatchObject({ changed: [{ spanId: idOf(1), standing: 'echo' }] })
    expect(second).toEqual(HELD)
    // A held one that is restated was no spend before.
    expect(await store.record([better, createCall(4, 3)])).toEqual([DUPLICATE, RECORDED])
  })

  test('in a trace of many operations, old containers and answers are still known', async () => {
    const store = await place.open()
    const calls = Array.from({ length: 600 }, (_, index) => createCall(index + 10, 9))
    const answered = createSampleEntry({
      span: 2,
      operation: { ...callOf('sdk'), responseId: 'r' },
    })
    await store.record([createAgent(1), answered])
    for (let start = 0; start < 600; start += 200)
      await store.record(calls.slice(start, start + 200))
    const echo = createSampleEntry({ span: 3, operation: { ...callOf('other'), responseId: 'r' } })
    const answers = await store.record([echo, createCall(4, 1)])
    expect(answers).toEqual([{ outcome: 'recorded', standing: 'echo' }, RECORDED])
    const stored = await listTrace(store)
    const agent = stored.find(({ spanId }) => spanId === idOf(1))
    expect(agent!.standing).toBe('restated')
    expect(await store.verify({ limit: 10 })).toEqual([])
  })
}

function describeRelatives(place: Place): void {
  test('a span between agent and call tells whose the call is, whenever it comes', async () => {
    const store = await place.open()
    const between: Relative = createBetween(5, 1)
    const call = createCall(2, 5)
    expect(await store.record([createAgent(1), call])).toEqual([HELD, RECORDED])
    await store.settle(AT_ONCE)
    expect(await spendOf(store)).toEqual([2n, 32n])
    await store.close()

    const again = await place.open()
    expect(await again.record([], [between, between])).toEqual([])
    expect(await spendOf(again)).toEqual([1n, 25n])
    const agent = (await listTrace(again)).find(({ spanId }) => spanId === idOf(1))
    expect(agent!.corrections.map(({ reason }) => reason)).toEqual(['settled', 'late_parent'])
    expect(await again.record([createAgent(6, 1, 5)], [between])).toMatchObject([
      { standing: 'held' },
    ])
    expect(await again.verify({ limit: 10 })).toEqual([])
  })

  test('they are read back, the oldest first, each once', async () => {
    const store = await place.open()
    const late = { ...createBetween(5, 1), startTimeUnixNano: 2n ** 62n, service: 'caf\u0000é' }
    const root = { ...createBetween(6, 1), parentSpanId: '', endTimeUnixNano: 2n ** 64n - 1n }
    await store.record([createAgent(1)], [late, root])
    await store.record([], [{ ...root, name: 'again' }])
    const { traceId } = late
    expect(await store.relatives({ traceId })).toEqual([root, late])
    expect(await store.relatives({ traceId: 'f'.repeat(32) })).toEqual([])
    await expect(store.relatives({ traceId: 'x' })).rejects.toThrow('trace id "x"')
  })

  test('one that came before is remembered', async () => {
    const store = await place.open()
    await store.record([createAgent(1)], [createBetween(5, 1)])
    expect(await store.record([createCall(2, 5)])).toEqual([RECORDED])
    const agent = (await listTrace(store)).find(({ spanId }) => spanId === idOf(1))
    expect(agent!.standing).toBe('restated')
  })

  test('more than there is room for are left out, and bad ones refused', async () => {
    const store = await place.open()
    const many = Array.from({ length: 1_005 }, (_, index) => createBetween(100 + index, 1))
    await store.record([createAgent(1)], many)
    // The last one is not known any more, so its call is nobody's.
    await store.record([createCall(2, 100 + 1_004)])
    expect((await listTrace(store)).map(({ standing }) => standing).toSorted()).toEqual([
      'counted',
      'held',
    ])
    await store.record([createCall(3, 100)])
    expect((await listTrace(store)).some(({ standing }) => standing === 'restated')).toBe(true)
    const bad = { ...createBetween(5, 1), parentSpanId: 'x' }
    await expect(store.record([], [bad])).rejects.toThrow('refuses a span: span "0000000000000005"')
  })
}

interface Part {
  readonly entries: readonly Entry[]
  readonly relatives: readonly Relative[]
  readonly settles: boolean
}

function describeOrder(place: Place): void {
  test('whatever comes in whatever order and split, the end is the same', async () => {
    const store = await place.open()
    let trace = 0
    await fc.assert(
      fc.asyncProperty(traceSketch, fc.infiniteStream(fc.nat(1_000)), async (sketch, random) => {
        trace += 1
        const labels = { model: `trace ${trace}` }
        const model = createTrace(trace, sketch, labels)
        for (const part of split(model, () => random.next().value as number)) {
          await store.record(part.entries, part.relatives)
          if (part.settles) await store.settle(AT_ONCE)
        }
        await store.settle(AT_ONCE)
        await expectModel(store, trace, model)
      }),
      { numRuns: 40 },
    )
    expect(await store.verify({ limit: 10 })).toEqual([])
  }, 60_000)
}

/** Cuts a shuffled trace into requests, with repeats, and settles now and then. */
function split({ entries, relatives }: TraceModel, next: () => number): Part[] {
  const items = [
    ...entries.map((entry) => ({ entry })),
    ...relatives.map((relative) => ({ relative })),
  ].map((item) => ({ ...item, place: next() }))
  const shuffled = items.sort((a, b) => a.place - b.place)
  const parts: Part[] = []
  for (let start = 0; start < shuffled.length;) {
    const end = start + 1 + (next() % 4)
    const chunk = shuffled.slice(Math.max(0, start - (next() % 2)), end)
    parts.push({
      entries: chunk.flatMap((item) => ('entry' in item ? [item.entry] : [])),
      relatives: chunk.flatMap((item) => ('relative' in item ? [item.relative] : [])),
      settles: next() % 3 === 0,
    })
    start = end
  }
  return parts
}

/** Expects what the story of a trace says, of its standings and of all sums. */
export async function expectModel(store: Store, trace: number, model: TraceModel): Promise<void> {
  const stored = await store.entries({ traceId: createTraceId(trace), limit: 1_000 })
  const standings = stored.map(({ spanId, standing }) => [spanId, standing])
  expect(Object.fromEntries(standings)).toEqual(model.standings)
  const counted = model.entries.filter(({ spanId }) => model.standings[spanId] === 'counted')
  const mine = (row: { readonly labels: Entry['labels'] }) =>
    row.labels['model'] === `trace ${trace}`
  const spend = (await store.spend({ by: ['model'] })).filter(mine)
  const expected = counted.length === 0 ? [] : [addUp(counted)]
  expect(spend.map(pickSums)).toEqual(expected)
  expect(
    takeBack(await store.totals())
      .filter(mine)
      .map(pickSums),
  ).toEqual(expected)
}

const NOTHING = { containers: 0, isDone: true }

/** How many operations are spend, and what they cost. */
async function spendOf(store: Store): Promise<(bigint | undefined)[]> {
  const [row] = await store.spend({ by: [] })
  return [row?.operations, row?.costAtto]
}

/** Of 7e-18 USD; it starts before its calls. */
function createAgent(span: number, trace = 1, parent?: number): Entry {
  const operation = containerOf({ inputTokens: 3 })
  const entry = createSampleEntry({ trace, span, operation, lines: [['input', 3, 7n]] })
  const early = { ...entry, startTimeUnixNano: entry.startTimeUnixNano - 1n }
  return parent === undefined ? early : { ...early, parentSpanId: idOf(parent) }
}

/** Of 25e-18 USD. */
function createCall(span: number, parent: number, scopeName = 'sdk'): Entry {
  const entry = createSampleEntry({ span, operation: callOf(scopeName) })
  return { ...entry, parentSpanId: idOf(parent) }
}

function createBetween(span: number, parent: number): Relative {
  const { traceId, spanId, startTimeUnixNano, endTimeUnixNano } = createSampleEntry({ span })
  const times = { startTimeUnixNano, endTimeUnixNano }
  const name = 'POST \u0000 /größe'
  return { traceId, spanId, parentSpanId: idOf(parent), name, ...times, service: '' }
}

function containerOf(usage: Entry['operation']['usage']): Partial<Entry['operation']> {
  return { role: 'container', name: 'invoke_agent', scopeName: 'agents', usage }
}

function callOf(scopeName: string): Partial<Entry['operation']> {
  return { scopeName, provider: 'openai', requestModel: 'm1', usage: { inputTokens: 10 } }
}

function idOf(span: number): string {
  return span.toString(16).padStart(16, '0')
}
