import { expect, test } from 'vitest'
import type { Entry, Relative } from './entry.ts'
import type { Store } from './store.ts'
import { HELD, listTrace, type Place } from './testing/place.ts'
import { createSampleEntry } from './testing/sample-entries.ts'

const NANOS_PER_SECOND = 1_000_000_000n

/** Later than anything that a test records. */
const AT_ONCE = { beforeUnixMs: Date.UTC(2100, 0), limit: 100 }

/**
 * The part of the conformance suite about what comes when more operations of its trace have come
 * since than are looked at together.
 */
export function describeLongTraces(place: Place): void {
  const standingOf = async (store: Store, span: number) =>
    (await listTrace(store)).find(({ spanId }) => spanId === idOf(span))?.standing

  /** Calls below nothing that is known, in a few requests. */
  const fill = async (store: Store, from: number): Promise<void> => {
    const calls = Array.from({ length: 600 }, (_, index) => createCall(from + index, 9))
    for (let start = 0; start < 600; start += 200)
      await store.record(calls.slice(start, start + 200))
  }

  test('an agent that comes long after its call restates it, over a restart, too', async () => {
    const store = await place.open()
    await store.record([createCall(2, 1)])
    await fill(store, 1_000)
    await store.close()
    const again = await place.open()
    expect(await again.record([createAgent(1), createAgent(3)])).toMatchObject([
      { outcome: 'recorded', standing: 'restated' },
      HELD,
    ])
    // What comes above it has usage below it as well.
    await fill(again, 2_000)
    await again.record([createAgent(9, 1, 8)])
    await fill(again, 3_000)
    expect(await again.record([createAgent(8)])).toMatchObject([{ standing: 'restated' }])
    expect(await again.settle(AT_ONCE)).toMatchObject({ containers: 1 })
    expect(await again.verify({ limit: 10 })).toEqual([])
  })

  test('whatever comes between them shows that they belong together', async () => {
    const store = await place.open()
    await store.record([createAgent(1), createAgent(10), createCall(2, 5), createCall(12, 11)])
    await fill(store, 1_000)
    await store.settle(AT_ONCE)
    expect([await standingOf(store, 1), await standingOf(store, 10)]).toEqual([
      'counted',
      'counted',
    ])
    await store.record([], [createBetween(5, 1)])
    expect(await standingOf(store, 1)).toBe('restated')
    // A tool that the agent ran, within which another call was made.
    const tool = createSampleEntry({ span: 11, operation: { role: 'free' }, lines: [] })
    const changed = [{ spanId: idOf(10), standing: 'restated' }]
    expect(await store.record([{ ...tool, parentSpanId: idOf(10) }])).toMatchObject([{ changed }])
    const agent = (await listTrace(store)).find(({ spanId }) => spanId === idOf(10))
    expect(agent!.corrections.map(({ reason }) => reason)).toEqual(['settled', 'late_parent'])
    expect(await store.verify({ limit: 10 })).toEqual([])
  })

  test('a call below old tools and old agents is below all of them', async () => {
    const store = await place.open()
    const tool = createSampleEntry({ span: 3, operation: { role: 'free' }, lines: [] })
    await store.record([createAgent(1), createAgent(2, 1, 1), { ...tool, parentSpanId: idOf(2) }])
    await fill(store, 1_000)
    await store.record([createCall(4, 3)])
    const standings = [await standingOf(store, 1), await standingOf(store, 2)]
    expect(standings).toEqual(['restated', 'restated'])
  })

  test('another sighting of a call is its echo, however much came between', async () => {
    const store = await place.open()
    const later = (entry: Entry, seconds: bigint): Entry => ({
      ...entry,
      startTimeUnixNano: entry.startTimeUnixNano + seconds * NANOS_PER_SECOND,
      endTimeUnixNano: entry.endTimeUnixNano + seconds * NANOS_PER_SECOND,
    })
    // None tells an answer. Span 13 tells more than span 3.
    const told: Partial<Entry> = {
      units: new Map([
        ['input', 10],
        ['cache_read', 0],
      ]),
    }
    await store.record([later(createCall(2, 1), 10n), later(createCall(3, 1), 20n)])
    await fill(store, 1_000)
    expect(
      await store.record([
        later(createCall(12, 1, 'framework'), 10n),
        { ...later(createCall(13, 1, 'framework'), 20n), ...told },
        later(createCall(14, 1, 'framework'), 30n),
      ]),
    ).toMatchObject([
      { standing: 'echo', changed: [{ spanId: idOf(3), standing: 'echo' }] },
      { standing: 'counted' },
      { standing: 'counted' },
    ])
    expect(await standingOf(store, 2)).toBe('counted')
    expect(await store.spend({ by: [] })).toMatchObject([{ operations: 603n, costAtto: 15_075n }])
    expect(await store.verify({ limit: 10 })).toEqual([])
  })

  test('however many agents of one trace are held, all of them are settled', async () => {
    const store = await place.open()
    const agents = Array.from({ length: 1_200 }, (_, index) => createAgent(10 + index))
    for (let start = 0; start < 1_200; start += 400) {
      await store.record(agents.slice(start, start + 400))
    }
    let containers = 0
    for (let isDone = false; !isDone;) {
      const settled = await store.settle(AT_ONCE)
      containers += settled.containers
      isDone = settled.isDone
    }
    expect(containers).toBe(1_200)
    expect(await store.spend({ by: [] })).toMatchObject([{ operations: 1_200n, costAtto: 8_400n }])
  })
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
