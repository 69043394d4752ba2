import type { Relative, StoredEntry } from '@spancost/ledger'
import { expect, test } from 'vitest'
import { createEntry } from '../testing/api.ts'
import { listTreeSpans, sumSubtrees } from './trace-tree.ts'

/** One that costs 10 USD where it counts. */
function entry(spanId: string, parentSpanId: string, changes: Partial<StoredEntry> = {}) {
  const stored = { standing: 'counted', arrivedAs: 'counted', corrections: [] } as const
  return { ...createEntry({ spanId, parentSpanId }), ...stored, recordedAtUnixMs: 0, ...changes }
}

function hop(spanId: string, parentSpanId: string): Relative {
  const { traceId, startTimeUnixNano, endTimeUnixNano } = createEntry({})
  const times = { startTimeUnixNano, endTimeUnixNano }
  return { traceId, spanId, parentSpanId, name: 'GET /', ...times, service: 'shop' }
}

function sum(entries: readonly StoredEntry[], relatives: readonly Relative[]) {
  const sums = [...sumSubtrees(listTreeSpans(entries, relatives))]
  return Object.fromEntries(
    sums.map(([id, { costAtto, operations, unpriced }]) => [
      id,
      [Number(costAtto / 10n ** 18n), operations, unpriced],
    ]),
  )
}

test('each has what is below it, whatever the order', () => {
  const unpriced = { status: 'unpriced', reason: 'no_rate', book: 'b', lines: [] } as const
  const entries = [
    entry('agent', 'root', { standing: 'restated' }),
    entry('call', 'hop'),
    entry('wrapper', 'hop', { standing: 'echo' }),
    entry('dark', 'call', { rating: unpriced }),
    entry('lost', 'unseen'),
  ]
  const expected = {
    root: [10, 2, 1],
    agent: [10, 2, 1],
    hop: [10, 2, 1],
    call: [10, 2, 1],
    wrapper: [0, 0, 0],
    dark: [0, 1, 1],
    lost: [10, 1, 0],
  }
  const relatives = [hop('root', ''), hop('hop', 'agent')]
  expect(sum(entries, relatives)).toEqual(expected)
  expect(sum(entries.toReversed(), relatives.toReversed())).toEqual(expected)
})

test('a circle ends, and a span that is an operation as well is one', () => {
  const entries = [entry('a', 'b'), entry('b', 'a'), entry('self', 'self'), entry('c', 'a')]
  expect(sum(entries, [hop('c', '')])).toEqual({
    a: [20, 2, 0],
    b: [10, 1, 0],
    self: [10, 1, 0],
    c: [10, 1, 0],
  })
})

test('a chain of 100 000 spans is no matter', () => {
  const id = (index: number) => String(index)
  const chain = Array.from({ length: 100_000 }, (_, index) => hop(id(index), id(index - 1)))
  const sums = sumSubtrees(listTreeSpans([entry('call', id(99_999))], chain))
  expect(sums.get('0')).toEqual({ costAtto: 10n ** 19n, operations: 1, unpriced: 0 })
})
