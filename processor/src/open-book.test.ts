import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { formatAmount, rateOperation } from '@spancost/pricing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBook } from './open-book.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'spancost-book-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, text)
  return file
}

const CONTRACT = `
provider: openai
source: our contract of 2026
checked: "2026-11-01"
models:
  - model: gpt-4o
    cards:
      - rates: { input: "2", output: "8" }
`

async function price(files: { cards?: string[]; selfHosted?: string[] }) {
  const book = await openBook({ cards: [], selfHosted: [], ...files })
  const usage = { inputTokens: 1000, outputTokens: 100 }
  const call = { dialect: 'otel', role: 'leaf', name: 'chat', provider: 'openai', usage } as const
  const rating = rateOperation(
    { ...call, requestModel: 'gpt-4o' },
    Date.parse('2026-09-15T00:00:00Z'),
    book,
  )
  return { ...rating, usd: formatAmount(rating.costAtto ?? 0n) }
}

test('without files it is the book that comes with us', async () => {
  // 1000 x 2.5 + 100 x 10 millionths
  expect(await price({})).toMatchObject({ usd: '0.0035', source: 'book' })
})

test('cards of the user win, and the name of the book tells which', async () => {
  const cards = [await write('contract.yaml', CONTRACT)]
  const rating = await price({ cards })
  // 1000 x 2 + 100 x 8 millionths
  expect(rating).toMatchObject({ usd: '0.0028', source: 'override' })
  expect(rating.book).toMatch(/\+override@[0-9a-f]{12}$/)

  await write('contract.yaml', CONTRACT.replace('"8"', '"9"'))
  const changed = await price({ cards })
  expect(changed.usd).toBe('0.0029')
  expect(changed.book).not.toBe(rating.book)
})

test('cards of what one hosts oneself say so', async () => {
  const selfHosted = [
    await write(
      'gpus.json',
      JSON.stringify({
        provider: 'openai',
        source: 'our own GPUs',
        checked: '2026-11-01',
        models: [{ model: 'gpt-4o', cards: [{ rates: { input: '1', output: '1' } }] }],
      }),
    ),
  ]
  expect(await price({ selfHosted })).toMatchObject({ usd: '0.0011', source: 'self_hosted' })
})

test.each([
  ['a price that is no text', CONTRACT.replace('"8"', '8'), 'output'],
  ['an unknown field', `${CONTRACT}\nprices: 1`, 'prices'],
  ['no YAML', 'models: [', 'are no YAML'],
  ['nothing', '', 'contract.yaml'],
])('%s is an error that names the file and the place', async (_, text, what) => {
  const file = await write('contract.yaml', text)
  await expect(price({ cards: [file] })).rejects.toThrow(file)
  await expect(price({ cards: [file] })).rejects.toThrow(what)
})

test('a missing file is an error that names it', async () => {
  const file = path.join(folder, 'nowhere.yaml')
  await expect(price({ cards: [file] })).rejects.toThrow(`cannot read the price cards ${file}`)
})
