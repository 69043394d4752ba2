import { describe, expect, test } from 'vitest'
import type { Entry } from './answers.ts'
import { fromAtto } from './money.ts'
import { buildTree, listOpen, type TreeRow } from './tree.ts'

/** An operation of `cost` USD that starts at `start`; without a cost it is unpriced. */
function makeEntry(spanId: string, parentSpanId: string, start: number, cost?: string): Entry {
  return {
    spanId,
    parentSpanId,
    spanName: spanId,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 1),
    recordedAt: '2026-11-23T00:00:00Z',
    operation: 'chat',
    dialect: 'otel',
    role: 'leaf',
    usage: {},
    labels: {},
    standing: 'counted',
    status: cost === undefined ? 'unpriced' : 'priced',
    book: 'b@1',
    ...(cost !== undefined && { cost: { amount: cost } }),
    units: [],
  }
}

const shape = ({ entry, depth, descendants }: TreeRow) => [entry.spanId, depth, descendants]

const sums = ({ entry, subtree }: TreeRow) =>
  `${entry.spanId} ${fromAtto(subtree.costAtto)} ${subtree.operations} ${subtree.unpriced}`

describe('a tree of entries', () => {
  test('is in the order of parents and starts, with the sums of what is below', () => {
    const rows = buildTree([
      makeEntry('c', 'a', 9, '0.3'),
      makeEntry('b', 'a', 2, '0.1'),
      { ...makeEntry('a', '', 1, '5'), standing: 'restated' },
      makeEntry('d', 'b', 3),
      makeEntry('e', 'b', 4, '0.02'),
    ])
    expect(rows.map(shape)).toEqual([
      ['a', 0, 4],
      ['b', 1, 2],
      ['d', 2, 0],
      ['e', 2, 0],
      ['c', 1, 0],
    ])
    expect(rows.map(sums)).toEqual([
      'a 0.42 4 1',
      'b 0.12 3 1',
      'd 0 1 1',
      'e 0.02 1 0',
      'c 0.3 1 0',
    ])
  })

  test('has what has no known parent as roots', () => {
    const rows = buildTree([makeEntry('a', 'gone', 1, '1'), makeEntry('b', '', 2, '1')])
    expect(rows.map(({ isOrphan }) => isOrphan)).toEqual([true, false])
  })

  test('has every span once where parents go round in a circle', () => {
    const rows = buildTree([
      makeEntry('a', 'b', 1, '1'),
      makeEntry('b', 'a', 2, '2'),
      makeEntry('c', 'c', 3, '4'),
    ])
    expect(rows.map(sums)).toEqual(['a 3 2 0', 'b 2 1 0', 'c 4 1 0'])
  })

  test('may be as deep as it has spans', () => {
    const entries = Array.from({ length: 10_000 }, (_, n) =>
      makeEntry(`s${n}`, n === 0 ? '' : `s${n - 1}`, n, '0.001'),
    )
    const rows = buildTree(entries)
    expect(rows[0]!.subtree).toEqual({ costAtto: 10n ** 19n, operations: 10_000, unpriced: 0 })
    expect(rows[9_999]!.depth).toBe(9_999)
  })

  test('can be closed', () => {
    const rows = buildTree([
      makeEntry('a', '', 1, '1'),
      makeEntry('b', 'a', 2, '1'),
      makeEntry('c', 'b', 3, '1'),
      makeEntry('d', 'a', 4, '1'),
    ])
    const names = (closed: string[]) =>
      listOpen(rows, new Set(closed)).map(({ entry }) => entry.spanId)
    expect(names([])).toEqual(['a', 'b', 'c', 'd'])
    expect(names(['b'])).toEqual(['a', 'b', 'd'])
    expect(names(['a', 'b'])).toEqual(['a'])
  })
})
