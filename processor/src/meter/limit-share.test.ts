import { expect, test } from 'vitest'
import { limitShare } from './limit-share.ts'

test('an answer that took a second is given again for nine', async () => {
  let [nowMs, asked] = [0, 0]
  const ask = async (): Promise<number> => {
    nowMs += 1000
    asked += 1
    return asked
  }
  const limited = limitShare(ask, () => nowMs)
  expect(await limited()).toBe(1)
  nowMs = 9_999
  expect(await limited()).toBe(1)
  nowMs = 10_000
  expect(await limited()).toBe(2)
})

test('quick answers are always new, and failures are not remembered', async () => {
  let [nowMs, asked, tookMs] = [0, 0, 249]
  const ask = async (): Promise<number> => {
    nowMs += tookMs
    asked += 1
    if (asked === 3) throw new Error('no ledger')
    return asked
  }
  const limited = limitShare(ask, () => nowMs)
  expect([await limited(), await limited()]).toEqual([1, 2])
  tookMs = 5_000
  await expect(limited()).rejects.toThrow('no ledger')
  expect(await limited()).toBe(4)
})
