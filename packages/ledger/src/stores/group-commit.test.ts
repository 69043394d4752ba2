import { expect, test } from 'vitest'
import { createGroupCommit } from './group-commit.ts'

function createRecorder(maxItems: number) {
  const commits: string[][] = []
  const group = createGroupCommit<string, string>((items) => {
    commits.push([...items])
    if (items.includes('bad')) throw new Error('the disk is full')
    return items.map((item) => `${item}!`)
  }, maxItems)
  return { commits, group }
}

test('calls of one turn share a commit, and each gets its own answers', async () => {
  const { commits, group } = createRecorder(100)
  const answers = await Promise.all([group.add(['a', 'b']), group.add([]), group.add(['c'])])
  expect(answers).toEqual([['a!', 'b!'], [], ['c!']])
  expect(commits).toEqual([['a', 'b', 'c']])

  expect(await group.add(['d'])).toEqual(['d!'])
  expect(commits).toEqual([['a', 'b', 'c'], ['d']])
})

test('when the commit fails, every call that shared it rejects, and later ones do not', async () => {
  const { group } = createRecorder(100)
  const results = await Promise.allSettled([group.add(['a']), group.add(['bad'])])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(group.add(['b'])).resolves.toEqual(['b!'])
})

test('a call that would be too many commits the waiting ones first, and is not split', async () => {
  const { commits, group } = createRecorder(3)
  const calls = [group.add(['a', 'b']), group.add(['c', 'd']), group.add(['e', 'f', 'g', 'h'])]
  expect(commits).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ])
  expect(await Promise.all(calls)).toEqual([
    ['a!', 'b!'],
    ['c!', 'd!'],
    ['e!', 'f!', 'g!', 'h!'],
  ])
  expect(commits).toHaveLength(3)
})

test('flush commits at once, and once', async () => {
  const { commits, group } = createRecorder(100)
  const call = group.add(['a'])
  group.flush()
  group.flush()
  expect(commits).toEqual([['a']])
  expect(await call).toEqual(['a!'])
})
