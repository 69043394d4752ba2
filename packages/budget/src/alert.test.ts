import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stepAlert, type Alert, type AlertInput } from './alert.ts'

const HOUR_MS = 3_600_000

interface Moment extends Partial<AlertInput> {
  readonly at: number
  readonly wrong: boolean
  /** What somebody does to the alert before. */
  readonly edit?: Partial<Alert>
}

/** What people are told at each moment. */
function tell(moments: readonly Moment[]): (string | undefined)[] {
  let alert: Alert | undefined
  return moments.map(({ at, wrong, edit, ...more }) => {
    if (alert !== undefined) alert = { ...alert, ...edit }
    const step = stepAlert(alert, { isWrong: wrong, nowUnixMs: at, isQuiet: false, ...more })
    alert = step?.alert
    return step?.tell
  })
}

describe('an alert', () => {
  test('is told once while it lasts, and once that it is over', () => {
    const moments = [false, true, true, true, false, false].map((wrong, minute) => ({
      at: minute * 60_000,
      wrong,
    }))
    expect(tell(moments)).toEqual([
      undefined,
      'firing',
      undefined,
      undefined,
      'resolved',
      undefined,
    ])
  })

  test('that flickers is told once an hour at most', () => {
    expect(
      tell([
        { at: 0, wrong: true },
        { at: 1, wrong: false },
        { at: 2, wrong: true },
        { at: 3, wrong: false },
        { at: HOUR_MS, wrong: true },
      ]),
    ).toEqual(['firing', 'resolved', undefined, undefined, 'firing'])
  })

  test('that begins again soon is told after the hour, if it lasts', () => {
    expect(
      tell([
        { at: 0, wrong: true },
        { at: 1, wrong: false },
        { at: 2, wrong: true },
        { at: HOUR_MS - 1, wrong: true },
        { at: HOUR_MS, wrong: true },
      ]),
    ).toEqual(['firing', 'resolved', undefined, undefined, 'firing'])
  })

  test('is repeated as often as asked for', () => {
    const repeatAfterMs = 2 * HOUR_MS
    const hours = [0, 1, 2, 3, 4].map((hour) => ({
      at: hour * HOUR_MS,
      wrong: true,
      repeatAfterMs,
    }))
    expect(tell(hours)).toEqual(['firing', undefined, 'again', undefined, 'again'])
  })

  test('that begins in quiet hours is told after them, if it still lasts', () => {
    expect(
      tell([
        { at: 0, wrong: true, isQuiet: true },
        { at: 1, wrong: true, isQuiet: true },
        { at: 2, wrong: true },
      ]),
    ).toEqual([undefined, undefined, 'firing'])
    expect(
      tell([
        { at: 0, wrong: true, isQuiet: true },
        { at: 1, wrong: false, isQuiet: true },
        { at: 2, wrong: false },
      ]),
    ).toEqual([undefined, undefined, undefined])
  })

  test('is not repeated once acknowledged, nor while snoozed', () => {
    const repeatAfterMs = HOUR_MS
    const hours = (edit: Partial<Alert>) => [
      { at: 0, wrong: true, repeatAfterMs },
      { at: HOUR_MS, wrong: true, repeatAfterMs, edit },
      { at: 3 * HOUR_MS, wrong: true, repeatAfterMs },
      { at: 4 * HOUR_MS, wrong: false, repeatAfterMs },
    ]
    expect(tell(hours({ acknowledgedBy: 'olga' }))).toEqual([
      'firing',
      undefined,
      undefined,
      'resolved',
    ])
    expect(tell(hours({ snoozedUntilUnixMs: 2 * HOUR_MS }))).toEqual([
      'firing',
      undefined,
      'again',
      'resolved',
    ])
  })

  test('is never told to be over more often than to be there', () => {
    const moments = fc.array(fc.record({ wrong: fc.boolean(), isQuiet: fc.boolean() }))
    fc.assert(
      fc.property(moments, (list) => {
        const heard = tell(list.map((each, index) => ({ ...each, at: index * 2 * HOUR_MS })))
        const kinds = heard.filter((each) => each !== undefined)
        for (const [index, kind] of kinds.entries()) {
          expect(kind).toBe(index % 2 === 0 ? 'firing' : 'resolved')
        }
      }),
    )
  })
})
