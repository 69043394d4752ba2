import { describe, expect, test } from 'vitest'
import {
  findHourAnomalies,
  findNewModels,
  findOversized,
  findSilence,
  findUnpricedShare,
} from './anomaly.ts'

describe('an hour', () => {
  const usual = [90n, 100n, 110n, 100n, 100n]

  test('is a spike over three times the usual one', () => {
    expect(findHourAnomalies(301n, usual, 0n)).toContainEqual({
      kind: 'spike',
      amount: 301n,
      usual: 100n,
    })
    const kinds = findHourAnomalies(300n, usual, 0n).map(({ kind }) => kind)
    expect(kinds).toEqual(['outlier'])
  })

  test('is an outlier over three standard deviations', () => {
    // Mean 100, sample deviation sqrt(200 / 4) = 7.07: the border lies at 121.2.
    expect(findHourAnomalies(121n, usual, 0n)).toEqual([])
    expect(findHourAnomalies(122n, usual, 0n)).toEqual([
      { kind: 'outlier', amount: 122n, mean: 100n },
    ])
  })

  test('is nothing under the floor, or where too little is known', () => {
    expect(findHourAnomalies(1000n, usual, 1000n)).toEqual([])
    expect(findHourAnomalies(1000n, usual.slice(1), 0n)).toEqual([])
  })

  test('stands out where nothing ever was spent', () => {
    const kinds = findHourAnomalies(5n, [0n, 0n, 0n, 0n, 0n], 4n).map(({ kind }) => kind)
    expect(kinds).toEqual(['spike', 'outlier'])
  })
})

test('an operation is oversized over twice the 95th percentile and the floor', () => {
  expect(findOversized(201n, 100n, 0n)).toEqual({ kind: 'oversized', amount: 201n, p95: 100n })
  expect(findOversized(200n, 100n, 0n)).toBeUndefined()
  expect(findOversized(201n, 100n, 201n)).toBeUndefined()
})

test('a feed is silent after three times its usual gap', () => {
  expect(findSilence(1000, 100, 1300)).toBeUndefined()
  expect(findSilence(1000, 100, 1301)).toEqual({ kind: 'silent', sinceUnixMs: 1000 })
})

describe('the unpriced share', () => {
  test('is told over 1 % and over twice the usual', () => {
    const usual = { operations: 1000n, unpriced: 20n }
    expect(findUnpricedShare({ operations: 100n, unpriced: 4n }, usual)).toBeUndefined()
    expect(findUnpricedShare({ operations: 100n, unpriced: 5n }, usual)).toEqual({
      kind: 'unpriced_share',
      percent: 5,
      usualPercent: 2,
    })
    expect(findUnpricedShare({ operations: 19n, unpriced: 19n }, usual)).toBeUndefined()
    const clean = { operations: 1000n, unpriced: 0n }
    expect(findUnpricedShare({ operations: 100n, unpriced: 1n }, clean)).toBeUndefined()
    expect(findUnpricedShare({ operations: 100n, unpriced: 2n }, clean)).toMatchObject({
      percent: 2,
    })
  })

  test('is told where nothing was usual yet', () => {
    const now = { operations: 20n, unpriced: 10n }
    expect(findUnpricedShare(now, { operations: 0n, unpriced: 0n })).toMatchObject({
      percent: 50,
      usualPercent: 0,
    })
  })
})

test('models are new where others were seen before', () => {
  expect(findNewModels(new Set(), ['a'])).toEqual([])
  expect(findNewModels(new Set(['a']), ['a', 'b', 'b'])).toEqual([
    { kind: 'new_model', model: 'b' },
  ])
})
