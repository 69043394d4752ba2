import { expect, test } from 'vitest'
import type { CostMetric } from './cost-metric.ts'
import {
  EMPTY_SNAPSHOT,
  isSameSnapshot,
  readSnapshotJson,
  subtractSnapshot,
  takeSnapshot,
  toSnapshotJson,
} from './delta.ts'

function createSum(...points: [model: string, figure: bigint][]): CostMetric {
  return {
    name: 'cost',
    description: '',
    unit: '',
    kind: 'sum',
    scale: 'atto',
    points: points.map(([model, figure]) => ({ attributes: { model }, figures: [figure] })),
  }
}

const listPoints = ({ points }: CostMetric) =>
  points.map(({ attributes, figures }) => [attributes['model'], ...figures])

test('what is new is the difference; what did not change is left out', () => {
  const before = takeSnapshot(EMPTY_SNAPSHOT, [createSum(['a', 5n], ['b', 7n])])
  const now = [createSum(['b', 7n], ['c', 1n], ['a', 9n])]
  const after = takeSnapshot(before, now)
  const [delta] = subtractSnapshot(after, before, now)
  expect(listPoints(delta!)).toEqual([
    ['a', 4n],
    ['c', 1n],
  ])
})

test('a sum that is lower than it was waits until it has caught up', () => {
  const readings = [10n, 6n, 8n, 11n, 11n].map((figure) => [createSum(['a', figure])])
  let accepted = EMPTY_SNAPSHOT
  const deltas = readings.map((metrics) => {
    const next = takeSnapshot(accepted, metrics)
    const [delta] = subtractSnapshot(next, accepted, metrics)
    accepted = next
    return listPoints(delta!)
  })
  expect(deltas).toEqual([[['a', 10n]], [], [], [['a', 1n]], []])
})

test('a histogram is subtracted bucket by bucket, and keeps its exemplars', () => {
  const attributes = { model: 'a' }
  const exemplars = [undefined, { traceId: 't', spanId: 's', costAtto: 1n, unixMs: 1 }]
  const create = (...figures: bigint[]): CostMetric => ({
    ...createSum(),
    kind: 'histogram',
    points: [{ attributes, figures, exemplars }],
  })
  const before = takeSnapshot(EMPTY_SNAPSHOT, [create(30n, 2n, 1n)])
  const now = [create(35n, 2n, 2n)]
  const [delta] = subtractSnapshot(takeSnapshot(before, now), before, now)
  expect(delta!.points).toEqual([{ attributes, figures: [5n, 0n, 1n], exemplars }])
})

test('a gauge is as it is', () => {
  const gauge: CostMetric = { ...createSum(['a', 5n]), kind: 'gauge' }
  const snapshot = takeSnapshot(EMPTY_SNAPSHOT, [gauge])
  expect(isSameSnapshot(snapshot, EMPTY_SNAPSHOT)).toBe(true)
  expect(subtractSnapshot(snapshot, snapshot, [gauge])).toEqual([gauge])
})

test('snapshots are the same if their figures are; a missing one is 0', () => {
  const one = takeSnapshot(EMPTY_SNAPSHOT, [createSum(['a', 5n], ['b', 0n])])
  expect(isSameSnapshot(one, takeSnapshot(EMPTY_SNAPSHOT, [createSum(['a', 5n])]))).toBe(true)
  expect(isSameSnapshot(one, takeSnapshot(EMPTY_SNAPSHOT, [createSum(['a', 6n])]))).toBe(false)
  expect(isSameSnapshot(one, EMPTY_SNAPSHOT)).toBe(false)
  expect(isSameSnapshot(EMPTY_SNAPSHOT, one)).toBe(false)
})

test('a snapshot comes back from JSON with all its digits', () => {
  const metrics = [createSum(['größe "x"', 2n ** 90n + 1n], ['', 1n])]
  const snapshot = takeSnapshot(EMPTY_SNAPSHOT, metrics)
  const text = JSON.stringify(toSnapshotJson(snapshot))
  expect(readSnapshotJson(JSON.parse(text))).toEqual(snapshot)
})
