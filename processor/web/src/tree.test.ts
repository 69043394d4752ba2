import { describe, expect, test } from 'vitest'
import type { Columns } from './answers.ts'
import { fromAtto } from './money.ts'
import { buildTree, listOpen, type TreeRow } from './tree.ts'

interface Call {
  readonly id: string
  /** Its place; -1: a root, -2: unknown. */
  readonly parent: number
  /** USD; absent: unpriced. */
  readonly cost?: string
  readonly standing?: string
}

/** Operations that start one after the other. */
function makeColumns(calls: readonly Call[]): Columns {
  const texts = (read: (call: Call) => string | undefined) => {
    const all = [...new Set(calls.map(read).filter((text) => text !== undefined))]
    return { texts: all, at: calls.map((call) => all.indexOf(read(call) ?? '')) }
  }
  return {
    startTimeUnixNano: '0',
    spanId: calls.map(({ id }) => id),
    parent: calls.map(({ parent }) => parent),
    startNano: calls.map((_, place) => place),
    durationNano: calls.map(() => 1),
    name: texts(({ id }) => id),
    service: texts(() => undefined),
    operation: texts(() => 'chat'),
    model: texts(() => undefined),
    standing: texts(({ standing = 'counted' }) => standing),
    status: texts(({ cost }) => (cost === undefined ? 'unpriced' : 'priced')),
    cost: texts(({ cost }) => cost),
  }
}

const shape = ({ span, depth, descendants }: TreeRow) => [span.spanId, depth, descendants]

const sums = ({ span, subtree }: TreeRow) =>
  `${span.spanId} ${fromAtto(subtree.costAtto)} ${subtree.operations} ${subtree.unpriced}`

describe('a tree of entries', () => {
  test('is in the order of parents and starts, with the sums of what is below', () => {
    const rows = buildTree(
      makeColumns([
        { id: 'a', parent: -1, cost: '5', standing: 'restated' },
        { id: 'b', parent: 0, cost: '0.1' },
        { id: 'd', parent: 1 },
        { id: 'e', parent: 1, cost: '0.02' },
        { id: 'c', parent: 0, cost: '0.3' },
      ]),
    )
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
    const rows = buildTree(
      makeColumns([
        { id: 'a', parent: -2, cost: '1' },
        { id: 'b', parent: -1, cost: '1' },
      ]),
    )
    expect(rows.map(({ isOrphan }) => isOrphan)).toEqual([true, false])
  })

  test('has every span once where parents go round in a circle', () => {
    const rows = buildTree(
      makeColumns([
        { id: 'a', parent: 1, cost: '1' },
        { id: 'b', parent: 0, cost: '2' },
        { id: 'c', parent: 2, cost: '4' },
      ]),
    )
    expect(rows.map(sums)).toEqual(['a 3 2 0', 'b 2 1 0', 'c 4 1 0'])
  })

  test('may be as deep as it has spans', () => {
    const calls = Array.from({ length: 10_000 }, (_, n) => ({
      id: `s${n}`,
      parent: n - 1,
      cost: '0.001',
    }))
    const rows = buildTree(makeColumns(calls))
    expect(rows[0]!.subtree).toEqual({ costAtto: 10n ** 19n, operations: 10_000, unpriced: 0 })
    expect(rows[9_999]!.depth).toBe(9_999)
  })

  test('can be closed', () => {
    const rows = buildTree(
      makeColumns([
        { id: 'a', parent: -1, cost: '1' },
        { id: 'b', parent: 0, cost: '1' },
        { id: 'c', parent: 1, cost: '1' },
        { id: 'd', parent: 0, cost: '1' },
      ]),
    )
    const names = (closed: string[]) =>
      listOpen(rows, new Set(closed)).map(({ span }) => span.spanId)
    expect(names([])).toEqual(['a', 'b', 'c', 'd'])
    expect(names(['b'])).toEqual(['a', 'b', 'd'])
    expect(names(['a', 'b'])).toEqual(['a'])
  })
})
