import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { loadBook } from './book.ts'

const book = await loadBook()
const atMs = Date.parse('2026-09-15T12:00:00Z')
const table = readFileSync(new URL('../oracle/model-names.txt', import.meta.url), 'utf8')
const rows = table
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' | '))

describe('model names as they occur in spans', () => {
  it('are at least 300, and a good part of them must not be priced', () => {
    expect(rows.length).toBeGreaterThanOrEqual(300)
    const refused = rows.filter(([, , card]) => card !== undefined && !card.includes('/'))
    expect(refused.length).toBeGreaterThanOrEqual(50)
  })

  it('lead to the card that is meant, or to the reason why there is none', () => {
    const found = rows.map(([provider, model = '']) => {
      const lookup = book.find({ provider, model, atMs })
      return [provider, model, lookup.kind === 'card' ? lookup.card.id : lookup.reason]
    })
    expect(found).toEqual(rows)
  })
})
