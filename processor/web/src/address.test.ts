import { describe, expect, test } from 'vitest'
import { addFilter, filtersOf, linkHere, linkTo, rangeOf, readAddress } from './address.ts'

describe('an address', () => {
  test('is read from the fragment', () => {
    const { path, query } = readAddress('#/trace/0af7?span=b7&where=team%3Da%3Db&where=user%3D')
    expect(path).toBe('trace/0af7')
    expect(query.get('span')).toBe('b7')
    expect(filtersOf(query)).toEqual([
      { label: 'team', value: 'a=b' },
      { label: 'user', value: '' },
    ])
  })

  test.each(['', '#', '#/'])('%j is the overview of the last seven days', (hash) => {
    const address = readAddress(hash)
    expect(address.path).toBe('')
    expect(rangeOf(address)).toEqual({ range: '7d', zone: 'UTC' })
  })

  test('bounds come before words', () => {
    const address = readAddress('#/?from=2026-08-01&range=today&zone=Europe%2FBerlin')
    expect(rangeOf(address)).toEqual({ from: '2026-08-01', zone: 'Europe/Berlin' })
  })

  test('links keep range, zone and filters from page to page, and nothing else', () => {
    const address = readAddress('#/trace/1?span=2&range=today&where=a%3Db&exact=1')
    expect(linkTo(address, 'prices', { model: '<b>&' })).toBe(
      '#/prices?range=today&where=a%3Db&exact=1&model=%3Cb%3E%26',
    )
    expect(linkHere(address, { span: undefined, where: [], range: '7d' })).toBe(
      '#/trace/1?exact=1&range=7d',
    )
  })

  test('a filter takes the place of one on the same label', () => {
    const { query } = readAddress('#/?where=team%3Da&where=teams%3Dx')
    expect(addFilter(query, { label: 'team', value: 'b' })).toEqual(['teams=x', 'team=b'])
  })
})
