import { describe, expect, test } from 'vitest'
import { createBook } from './book.ts'
import { exportBook, readBookFile } from './book-file.ts'
import { compareBooks } from './compare-books.ts'
import { loadSources } from './sources/index.ts'

const AT_MS = Date.parse('2026-09-15')
const OF = { version: 'abc', builtOn: '2026-09-20' }

interface Model {
  id: string
  prices: { input_mtok?: number }
}

interface Provider {
  id: string
  models: Model[]
}

/** The book as a file, as JSON makes it, to be changed. */
async function exportPlain() {
  const plain = JSON.parse(JSON.stringify(await exportBook())) as {
    format: string
    genaiPrices: { version: unknown; builtOn: unknown; providers: Provider[] }
    cards: { files: Record<string, { models?: unknown }> }
  }
  const find = (id: string) => plain.genaiPrices.providers.find((each) => each.id === id)!
  return { plain, find }
}

test('what is exported is read again as the same book, whose name tells the file', async () => {
  const { plain } = await exportPlain()
  const read = await readBookFile(plain, OF)
  expect(compareBooks(await loadSources(), read, AT_MS)).toEqual([])
  const { id } = createBook(await loadSources())
  expect(createBook(read).id).toBe(`${id}+file@abc`)
})

test('a bare feed of genai-prices goes under our cards', async () => {
  const { plain } = await exportPlain()
  const read = await readBookFile(plain.genaiPrices.providers, OF)
  expect(compareBooks(await loadSources(), read, AT_MS)).toEqual([])
  expect(createBook(read).id).toMatch(/^genai-prices@2026-09-20\+cards@[\d-]+\+file@abc$/)
})

test('differences are told by card and unit', async () => {
  const { plain, find } = await exportPlain()
  const openai = find('openai')
  openai.models.find(({ id }) => id === 'o1')!.prices.input_mtok = 150
  openai.models.push({ ...openai.models[0]!, id: 'new-model' })
  const groq = find('groq')
  const gone = groq.models.shift()!
  const differences = compareBooks(await loadSources(), await readBookFile(plain, OF), AT_MS)
  expect(differences).toContainEqual({
    card: 'openai/o1',
    kind: 'changed',
    units: [{ unit: 'input', before: '0.000015', after: '0.00015', factor: 10 }],
  })
  expect(differences).toContainEqual({ card: `groq/${gone.id}`, kind: 'removed', units: [] })
  // Its batch tier is half of it, by a rule.
  expect(differences.map(({ card }) => card)).toContain('openai/o1+batch')
})

describe('a file is refused', () => {
  test.each([
    ['of no book', () => ({ format: 'other/1' }), 'neither a book'],
    ['of nothing', () => [], 'expected providers'],
    ['with providers that are none', () => [{ id: 'x' }], 'expected providers'],
  ])('%s', async (_, make, message) => {
    await expect(readBookFile(make(), OF)).rejects.toThrow(message)
  })

  test('with a rate that is absurd or unknown, naming the model', async () => {
    const { plain, find } = await exportPlain()
    const { prices } = find('openai').models.find(({ id }) => id === 'o1')!
    for (const bad of [{ input_mtok: 540_000 }, { input_mtok: -1 }, { input_glyphs: 1 }]) {
      find('openai').models.find(({ id }) => id === 'o1')!.prices = { ...prices, ...bad }
      await expect(readBookFile(plain, OF)).rejects.toThrow('openai/o1')
    }
  })

  test('with cards, dates or versions that are wrong', async () => {
    const { plain } = await exportPlain()
    const cards = { ...plain, cards: { ...plain.cards, files: { 'x.json': { models: 1 } } } }
    await expect(readBookFile(cards, OF)).rejects.toThrow('cards/x.json')
    const { genaiPrices } = plain
    for (const bad of [{ builtOn: 'soon' }, { version: 'a b' }]) {
      const changed = { ...plain, genaiPrices: { ...genaiPrices, ...bad } }
      await expect(readBookFile(changed, OF)).rejects.toThrow(`genaiPrices.${Object.keys(bad)[0]}`)
    }
  })
})
