import { describe, expect, test } from 'vitest'
import { createMarkSearch, listNeedles, mayHoldMark } from './mark-search.ts'

describe('needles', () => {
  test.each<[string, string]>([
    ['gen_ai.usage.input_tokens', '_ai.'],
    ['traceloop.span.kind', 'celoop.'],
    ['llm.model', 'llm.'],
    ['ai.model.id', 'ai.'],
    ['model', 'model'],
    ['m', 'm'],
    ['größe.a', 'größe.'],
    ['', ''],
  ])('of %s: %s', (mark, needle) => {
    expect(listNeedles([mark])).toEqual([needle])
    expect(mark).toContain(needle)
  })

  test('marks with one beginning have one', () => {
    expect(listNeedles(['gen_ai.system', 'gen_ai.usage.cost', 'llm.model'])).toEqual([
      '_ai.',
      'llm.',
    ])
  })
})

describe('a search', () => {
  const bytes = Buffer.from('0123 one. 789 two. 567')
  const ranges = [
    [0, 5],
    [0, 7],
    [5, 9],
    [9, 14],
    [14, 18],
    [18, 22],
  ] as const
  const find = (...needles: readonly string[]): boolean[] => {
    const search = createMarkSearch(bytes, needles)
    return ranges.map(([start, end]) => mayHoldMark(search, start, end))
  }

  test('finds each needle where it begins', () => {
    expect(find('one.')).toEqual([false, true, true, false, false, false])
    expect(find('two.', 'one.')).toEqual([false, true, true, false, true, false])
    expect(find('gone')).toEqual(ranges.map(() => false))
  })

  test('finds nothing where nothing is a mark', () => {
    expect(find()).toEqual(ranges.map(() => false))
  })

  test('leaves it to the walk where there are too many needles', () => {
    expect(find('a.', 'b.', 'c.', 'd.')).toEqual(ranges.map(() => true))
  })
})
