import type { Store } from '@spancost/ledger'
import { afterEach, expect, test, vi } from 'vitest'
import { createReadiness } from './readiness.ts'

afterEach(() => void vi.restoreAllMocks())

test('says what the service says', () => {
  const readiness = createReadiness()
  expect(readiness.whyNot()).toBe('starting')
  readiness.setPhase(undefined)
  expect(readiness.whyNot()).toBeUndefined()
  readiness.setPhase('stopping')
  expect(readiness.whyNot()).toBe('stopping')
})

test('a ledger that refuses is a reason, until it takes something or time has passed', async () => {
  let fault: Error | undefined = new Error('the disk is full')
  const record = () => (fault ? Promise.reject(fault) : Promise.resolve([]))
  const readiness = createReadiness()
  readiness.setPhase(undefined)
  const store = readiness.watch({ record } as unknown as Store)
  const now = vi.spyOn(performance, 'now').mockReturnValue(1000)

  await expect(store.record([])).rejects.toThrow('the disk is full')
  expect(readiness.whyNot()).toBe('the ledger refused: the disk is full')
  fault = undefined
  expect(await store.record([])).toEqual([])
  expect(readiness.whyNot()).toBeUndefined()

  fault = new Error('again')
  await expect(store.record([])).rejects.toThrow('again')
  now.mockReturnValue(11_000)
  expect(readiness.whyNot()).toBe('the ledger refused: again')
  now.mockReturnValue(11_001)
  expect(readiness.whyNot()).toBeUndefined()
})
