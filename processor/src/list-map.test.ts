import { expect, test } from 'vitest'
import { createListMap } from './list-map.ts'

test('a list has one value, made once, and no two lists share one', () => {
  const map = createListMap<object>(100)
  const lists = [
    [],
    [undefined],
    [''],
    ['a'],
    ['a', 'b'],
    ['a', undefined],
    ['a\nb'],
    ['ab'],
    [undefined, 'a'],
    ['b', 'a'],
  ]
  const values = lists.map((list) => map.recall(list, () => ({})))
  expect(new Set(values).size).toBe(lists.length)
  const again = lists.map((list) => map.recall([...list], () => ({})))
  for (const [index, value] of again.entries()) expect(value).toBe(values[index])
})

test('of more than there is room for, all are forgotten', () => {
  const map = createListMap<object>(2)
  const recall = (name: string): object => map.recall([name], () => ({}))
  const [first, second] = [recall('a'), recall('b')]
  expect([recall('a'), recall('b')].map((value) => value === first || value === second)).toEqual([
    true,
    true,
  ])
  recall('c')
  expect(recall('a')).not.toBe(first)
})
