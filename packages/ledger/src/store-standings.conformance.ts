import type { Operation } from '@spancost/genai'
import { expect, test } from 'vitest'
import type { Entry } from './entry.ts'
import { createSampleEntry, SAMPLE_START_UNIX_MS } from './testing/sample-entries.ts'
import {
  DUPLICATE,
  ECHO,
  expectCounted,
  HELD,
  listTrace,
  RECORDED,
  type Place,
} from './testing/place.ts'

/**
 * The part of the conformance suite about calls that two instrumentations see, without a response
 * id that both have, and about agents above calls. `decide-trace.test.ts` has the rule in full;
 * here it is that a store follows it, over calls, transactions and restarts.
 */
export function describeStandings(place: Place): void {
  test('a call that another scope saw under the same parent counts once', async () => {
    const store = await place.open()
    expect(await store.record([createCall(2, 'sdk')])).toEqual([RECORDED])
    expect(await store.record([createCall(3, 'wrapper')])).toEqual([ECHO])
    await expectCounted(store, 1)
    await store.close()
    const again = await place.open()
    expect(await again.record([createCall(4, 'another'), createCall(2, 'sdk')])).toEqual([
      ECHO,
      DUPLICATE,
    ])
    await expectCounted(again, 1)
  })

  test('and so it does where both come in one call, or one lies below the other', async () => {
    const store = await place.open()
    expect(await store.record([createCall(2, 'sdk'), createCall(3, 'wrapper')])).toEqual([
      RECORDED,
      ECHO,
    ])
    const nested = [createCall(12, 'sdk', 13), createCall(13, 'wrapper', 14)]
    const later = nested.map((entry) => atMs(entry, SAMPLE_START_UNIX_MS + 60_000))
    expect(await store.record(later)).toEqual([RECORDED, ECHO])
    await expectCounted(store, 2)
  })

  test.each<[string, Entry]>([
    ['of the same scope', createCall(3, 'sdk')],
    ['of another parent', createCall(3, 'wrapper', 99)],
    ['of another model', createCall(3, 'wrapper', 1, { requestModel: 'm2' })],
    ['of another time', atMs(createCall(3, 'wrapper'), SAMPLE_START_UNIX_MS + 60_000)],
    ['of other usage', createCall(3, 'wrapper', 1, { usage: { inputTokens: 11 } })],
  ])('an equal call %s is another call', async (_, other) => {
    const store = await place.open()
    expect(await store.record([createCall(2, 'sdk'), other])).toEqual([RECORDED, RECORDED])
    await expectCounted(store, 2)
  })

  test('a sighting without usage does not hide the one that has it', async () => {
    const store = await place.open()
    const blind = createSampleEntry({
      span: 2,
      lines: [],
      status: 'unpriced',
      reason: 'no_usage',
      operation: operationOf('sdk', {}),
    })
    const entries = [{ ...blind, parentSpanId: idOf(1) }, createCall(3, 'wrapper')]
    expect(await store.record(entries)).toEqual([ECHO, RECORDED])
    const [total] = await store.spend({ by: [] })
    expect([total?.operations, total?.costAtto]).toEqual([1n, 25n])
  })

  test('an agent above a call restates it; one above nothing is held', async () => {
    const store = await place.open()
    expect(await store.record([createCall(3, 'sdk', 2)])).toEqual([RECORDED])
    const answers = await store.record([createAgent(2, 1), createAgent(1), createAgent(9)])
    expect(answers).toEqual([RESTATED, RESTATED, HELD])
    await expectCounted(store, 1)
    const stored = await listTrace(store)
    expect(stored.map(({ standing }) => standing).toSorted()).toEqual([
      'counted',
      'held',
      'restated',
      'restated',
    ])
  })
}

const RESTATED = { outcome: 'recorded', standing: 'restated' } as const

/** A leaf of 10 input tokens for 25e-18 USD, below span 1 unless said otherwise. */
function createCall(
  span: number,
  scopeName: string,
  parent = 1,
  operation: Partial<Operation> = {},
): Entry {
  const entry = createSampleEntry({ span, operation: operationOf(scopeName, operation) })
  return { ...entry, parentSpanId: idOf(parent) }
}

function createAgent(span: number, parent?: number): Entry {
  const operation = {
    ...operationOf('agents', {}),
    role: 'container',
    name: 'invoke_agent',
  } as const
  const entry = createSampleEntry({ span, operation })
  return parent === undefined ? entry : { ...entry, parentSpanId: idOf(parent) }
}

function operationOf(scopeName: string, operation: Partial<Operation>): Partial<Operation> {
  const call = { provider: 'openai', requestModel: 'm1', usage: { inputTokens: 10 } }
  return { scopeName, ...call, ...operation }
}

function atMs(entry: Entry, startUnixMs: number): Entry {
  const { startTimeUnixNano, endTimeUnixNano } = createSampleEntry({ startUnixMs })
  return { ...entry, startTimeUnixNano, endTimeUnixNano }
}

function idOf(span: number): string {
  return span.toString(16).padStart(16, '0')
}
