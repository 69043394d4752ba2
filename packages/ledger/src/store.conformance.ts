import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  describeAnswers,
  describeKeeping,
  describeOnce,
  describeStanding,
} from './store-entries.conformance.ts'
import { describeBudgets } from './store-budgets.conformance.ts'
import { describeCorrections } from './store-corrections.conformance.ts'
import { describeCosts } from './store-costs.conformance.ts'
import { describeLongTraces } from './store-long-traces.conformance.ts'
import { describeMetrics, describeNotes } from './store-metrics.conformance.ts'
import { describeRepricing } from './store-repricing.conformance.ts'
import type { Store } from './store.ts'
import { describeRanges } from './store-ranges.conformance.ts'
import { describeRetention } from './store-retention.conformance.ts'
import { describeStandings } from './store-standings.conformance.ts'
import { describeSums } from './store-sums.conformance.ts'
import { describeZones } from './store-zones.conformance.ts'
import { expectCounted, listTrace, RECORDED, type Place } from './testing/place.ts'
import { createSampleEntry } from './testing/sample-entries.ts'

/**
 * What every store must do, as tests of the port and nothing else. `openStore` opens the ledger that
 * belongs to a folder; the folder is empty at the start of each test and removed after it.
 */
export function describeStore(name: string, openStore: (folder: string) => Promise<Store>): void {
  describe(`${name} as a store`, () => {
    let folder = ''
    let opened: Store[] = []
    const place: Place = {
      async open() {
        const store = await openStore(folder)
        opened.push(store)
        return store
      },
    }

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ledger-'))
    })
    afterEach(async () => {
      await Promise.all(opened.map((store) => store.close()))
      opened = []
      await rm(folder, { recursive: true })
    })

    describe('entries', () => {
      describeKeeping(place)
      describeOnce(place)
      describeAnswers(place)
      describeStanding(place)
    })
    describe('standings', () => {
      describeStandings(place)
    })
    describe('corrections', () => {
      describeCorrections(place)
    })
    describe('long traces', () => {
      describeLongTraces(place)
    })
    describe('repricing', () => {
      describeRepricing(place)
    })
    describe('sums', () => {
      describeSums(place)
      describeRanges(place)
      describeZones(place)
    })
    describe('what metrics need', () => {
      describeMetrics(place)
      describeCosts(place)
      describeNotes(place)
    })
    describe('budgets', () => {
      describeBudgets(place)
    })
    describe('retention', () => {
      describeRetention(place)
    })
    describe('life', () => {
      describeLife(place)
      describeRefusals(place)
    })
  })
}

function describeLife(place: Place): void {
  test('a new ledger is empty, and an empty call is answered', async () => {
    const store = await place.open()
    expect(await store.record([])).toEqual([])
    expect(await store.totals()).toEqual([])
    expect(await store.spend({ by: ['model'] })).toEqual([])
    expect(await store.topTraces({ limit: 10 })).toEqual([])
  })

  test('its sums are what its entries add up to', async () => {
    const store = await place.open()
    expect(await store.verify({ limit: 1 })).toEqual([])
    await store.record([
      createSampleEntry({ span: 1, operation: { errorType: 'timeout' } }),
      createSampleEntry({ span: 2, lines: [['output', 3, -(10n ** 19n) - 1n]] }),
      createSampleEntry({ span: 3, operation: { role: 'container' } }),
    ])
    await store.record([createSampleEntry({ span: 2 }), createSampleEntry({ span: 4 })])
    expect(await store.verify({ limit: 10 })).toEqual([])
    await expect(store.verify({ limit: 0 })).rejects.toThrow('limit 0 is not')
  })

  test('it remembers when it began', async () => {
    const before = Date.now()
    const store = await place.open()
    expect(store.beganAtUnixMs).toBeGreaterThanOrEqual(before)
    expect(store.beganAtUnixMs).toBeLessThanOrEqual(Date.now())
    await store.close()
    while (Date.now() === store.beganAtUnixMs) await new Promise(setImmediate)
    expect((await place.open()).beganAtUnixMs).toBe(store.beganAtUnixMs)
  })

  test('closing finishes what was asked for', async () => {
    const store = await place.open()
    const asked = store.record([createSampleEntry()])
    await store.close()
    expect(await asked).toEqual([RECORDED])
    await expectCounted(await place.open(), 1)
  })

  test('later calls reject, and closing again does nothing', async () => {
    const store = await place.open()
    await store.close()
    await store.close()
    await expect(store.record([createSampleEntry()])).rejects.toThrow('is closed')
    await expect(store.record([])).rejects.toThrow('is closed')
    await expect(store.totals()).rejects.toThrow('is closed')
    await expect(store.spend({ by: [] })).rejects.toThrow('is closed')
    await expect(store.topTraces({ limit: 1 })).rejects.toThrow('is closed')
    await expect(listTrace(store)).rejects.toThrow('is closed')
    expect(await (await place.open()).totals()).toEqual([])
  })
}

function describeRefusals(place: Place): void {
  test('the call rejects, writes nothing, and does not disturb its neighbours', async () => {
    const store = await place.open()
    const bad = { ...createSampleEntry({ span: 3 }), endTimeUnixNano: -5n }
    const [before, refused, after] = await Promise.allSettled([
      store.record([createSampleEntry({ span: 1 })]),
      store.record([createSampleEntry({ span: 2 }), bad]),
      store.record([createSampleEntry({ span: 2 })]),
    ])
    expect(before).toMatchObject({ status: 'fulfilled', value: [RECORDED] })
    expect(refused).toMatchObject({
      status: 'rejected',
      reason: {
        message: expect.stringContaining(
          'span "0000000000000003" of trace "00000000000000000000000000000001": endTimeUnixNano -5',
        ),
      },
    })
    expect(after).toMatchObject({ status: 'fulfilled', value: [RECORDED] })
    await expectCounted(store, 2)
  })
}
