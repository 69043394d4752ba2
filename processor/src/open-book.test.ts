import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { formatAmount, rateOperation } from '@spancost/pricing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfig } from './config.ts'
import { openBooks } from './open-book.ts'

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

const AT_MS = Date.parse('2026-09-15T00:00:00Z')

/** 1000 in and 100 out of a model, by the prices of a config, for a tenant or for everybody. */
async function price(written: object, tenant?: string, model = 'gpt-4o') {
  const read = readConfig(JSON.stringify({ prices: written }), {})
  if (read.kind === 'faults') throw new Error(JSON.stringify(read.faults))
  const books = await openBooks(read.config.prices)
  const usage = { inputTokens: 1000, outputTokens: 100 }
  const call = { dialect: 'otel', role: 'leaf', name: 'chat', provider: 'openai', usage } as const
  const rating = rateOperation({ ...call, requestModel: model }, AT_MS, books.of(tenant))
  const { costAtto } = rating
  return { ...rating, usd: costAtto === undefined ? undefined : formatAmount(costAtto) }
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

describe('tenants', () => {
  const prices = {
    aliases: [{ model: 'our-*', means: { model: 'gpt-4o' } }],
    tenants: {
      acme: {
        aliases: [{ model: 'our-small', means: { model: 'gpt-4o-mini' } }],
        discounts: [{ name: 'contract', model: 'gpt-4o*', units: ['output'], times: '0.9' }],
      },
      globex: { unknown: { provider: 'openai', model: 'gpt-4o' } },
    },
  }

  test('each has its own terms over those of all', async () => {
    // 1000 x 2.5 + 100 x 10 millionths; with a tenth off the output, 1000 x 2.5 + 100 x 9
    expect(await price(prices, undefined, 'our-large')).toMatchObject({ usd: '0.0035' })
    expect(await price(prices, 'nobody', 'our-large')).toMatchObject({ usd: '0.0035' })
    const acme = await price(prices, 'acme', 'our-large')
    expect(acme).toMatchObject({ usd: '0.0034', list: '0.0035', source: 'book' })
    expect(acme.book).toMatch(/\+terms@[0-9a-f]{12}$/)
    // 1000 x 0.15 + 100 x 0.54 millionths
    expect(await price(prices, 'acme', 'our-small')).toMatchObject({ usd: '0.000204' })
  })

  test('an unknown model is estimated only for who wants it', async () => {
    const unknown = await price(prices, 'acme', 'gpt-9')
    expect(unknown).toMatchObject({ status: 'unpriced', reason: 'unknown_model', usd: undefined })
    const estimate = await price(prices, 'globex', 'gpt-9')
    expect(estimate).toMatchObject({ status: 'estimated', reason: 'unknown_model', usd: '0.0035' })
    expect(estimate.detail).toBe(
      'no price of "gpt-9" is known; estimated at the rates of openai/gpt-4o',
    )
  })

  test('cards of a tenant go over those of all', async () => {
    const cards = [await write('all.yaml', CONTRACT)]
    const theirs = [await write('acme.yaml', CONTRACT.replace('"8"', '"6"'))]
    const written = { cards, tenants: { acme: { cards: theirs } } }
    expect(await price(written)).toMatchObject({ usd: '0.0028' })
    const acme = await price(written, 'acme')
    expect(acme).toMatchObject({ usd: '0.0026', card: 'override:acme:openai/gpt-4o' })
  })
})
