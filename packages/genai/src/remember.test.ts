import { expect, test } from 'vitest'
import { remember } from './remember.ts'

test('what was answered is not asked again, be it undefined', () => {
  const asked: string[] = []
  const answer = remember((text) => {
    asked.push(text)
    return text === 'none' ? undefined : text.length
  })
  expect(['a', 'none', 'bc', 'none', 'a'].map(answer)).toEqual([1, undefined, 2, undefined, 1])
  expect(asked).toEqual(['a', 'none', 'bc'])
})

test('of very many, what was kept is forgotten, and answered again', () => {
  let asked = 0
  const answer = remember((text) => {
    asked++
    return text
  })
  for (let index = 0; index < 1001; index++) answer(String(index))
  expect(answer('0')).toBe('0')
  expect(asked).toBe(1002)
})
