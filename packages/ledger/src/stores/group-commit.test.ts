import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createGroupCommit } from './group-commit.ts'

/** Commits end when a test says so. */
function createRecorder(maxItems: number, maxCommits: number) {
  const commits: string[] = []
  const ends: (() => void)[] = []
  const group = createGroupCommit<readonly string[], readonly string[]>(
    async (calls) => {
      commits.push(calls.flat().join(''))
      const { promise, resolve } = Promise.withResolvers<void>()
      ends.push(resolve)
      await promise
      if (calls.flat().includes('!')) throw new Error('the disk is full')
      return calls.map((items) => items.map((item) => item.toUpperCase()))
    },
    maxItems,
    maxCommits,
    (items) => items.length,
  )
  const endOldest = async () => {
    ends.shift()!()
    await setImmediate()
    await setImmediate()
  }
  return { commits, group, endOldest }
}

test('calls of one turn share a commit, and each gets its own answers', async () => {
  const { commits, group, endOldest } = createRecorder(100, 2)
  const calls = Promise.all([group.add(['a', 'b']), group.add([]), group.add(['c'])])
  await setImmediate()
  expect(commits).toEqual(['abc'])
  await endOldest()
  expect(await calls).toEqual([['A', 'B'], [], ['C']])
})

test('calls gather while as many commits as may be are under way', async () => {
  const { commits, group, endOldest } = createRecorder(100, 2)
  const calls: Promise<unknown>[] = []
  for (const item of ['a', 'b', 'c', 'd']) {
    calls.push(group.add([item]))
    await setImmediate()
    await setImmediate()
  }
  expect(commits).toEqual(['a', 'b'])
  await endOldest()
  expect(commits).toEqual(['a', 'b', 'cd'])
  await endOldest()
  await endOldest()
  expect(await Promise.all(calls)).toEqual([['A'], ['B'], ['C'], ['D']])
})

test('when a commit fails, every call that shared it rejects, and others do not', async () => {
  const { group, endOldest } = createRecorder(100, 1)
  const failing = Promise.allSettled([group.add(['a']), group.add(['!'])])
  await setImmediate()
  const later = group.add(['b'])
  await endOldest()
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await endOldest()
  expect(await later).toEqual(['B'])
})

test('a commit has no more items than it may, but a call is not split', async () => {
  const { commits, group, endOldest } = createRecorder(3, 9)
  const sizes = ['ab', 'c', 'de', 'fghi', 'j']
  const calls = Promise.all(sizes.map((items) => group.add(items.split(''))))
  for (const _ of sizes) await setImmediate()
  expect(commits).toEqual(['abc', 'de', 'fghi', 'j'])
  for (const _ of commits) await endOldest()
  expect((await calls).flat().join('')).toBe('ABCDEFGHIJ')
})

test('drain waits for all of it, and for nothing where there is nothing', async () => {
  const { group, endOldest } = createRecorder(1, 1)
  await group.drain()
  let isDrained = false
  const calls = Promise.all([group.add(['a']), group.add(['b'])])
  const drained = group.drain().then(() => (isDrained = true))
  await setImmediate()
  await endOldest()
  expect(isDrained).toBe(false)
  await endOldest()
  await drained
  expect(await calls).toEqual([['A'], ['B']])
})
