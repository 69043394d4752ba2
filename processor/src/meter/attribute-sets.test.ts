import { openSqliteStore, type Store } from '@spancost/ledger'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAttributeSets } from './attribute-sets.ts'

let store: Store
beforeEach(async () => {
  store = await openSqliteStore({ path: ':memory:' })
})
afterEach(() => store.close())

const list = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`)

async function admit(keys: readonly string[], sets = createAttributeSets(store, 'n')) {
  const admitted = await sets.admit(new Map([['m', keys]]))
  return [...admitted.get('m')!]
}

test('the first 2000 are admitted, and stay so for those who come later', async () => {
  expect(await admit(list('a', 1998))).toHaveLength(1998)
  // Another processor, or this one after a restart, that lists other sets first.
  const second = await admit([...list('b', 5), ...list('a', 1998)])
  expect(second).toEqual(['b0', 'b1', ...list('a', 1998)])
  expect(await admit(['c', 'b2', 'b1', 'a0'])).toEqual(['b1', 'a0'])
})

test('each metric has its own', async () => {
  const sets = createAttributeSets(store, 'n')
  const first = await sets.admit(new Map([['m', list('a', 2000)]]))
  expect(first.get('m')!.size).toBe(2000)
  const both = await sets.admit(
    new Map([
      ['m', ['b']],
      ['n', ['b']],
    ]),
  )
  expect([both.get('m')!.size, both.get('n')!.size]).toEqual([0, 1])
})

test('of two that write at once, each sees what the other admitted', async () => {
  const [one, other] = [createAttributeSets(store, 'n'), createAttributeSets(store, 'n')]
  await Promise.all([admit(list('a', 1500), one), admit(list('b', 1500), other)])
  const keys = [...list('a', 1500), ...list('b', 1500)]
  const [seen, alsoSeen] = [await admit(keys, one), await admit(keys, other)]
  expect(seen).toHaveLength(2000)
  expect(alsoSeen).toEqual(seen)
})

test('nothing is admitted that could not be written down', async () => {
  const broken = { ...store, writeNote: () => Promise.reject(new Error('the disk is full')) }
  await expect(admit(['a'], createAttributeSets(broken, 'n'))).rejects.toThrow('the disk is full')
  const outdone = { ...store, writeNote: () => Promise.resolve(false) }
  await expect(admit(['a'], createAttributeSets(outdone, 'n'))).rejects.toThrow('the note n')
})
