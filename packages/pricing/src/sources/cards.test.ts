import { describe, expect, it } from 'vitest'
import { createBook, type PriceQuery } from '../book.ts'
import { loadExchange } from '../exchange.ts'
import { compileOwnCards, createOverrides, readOwnCards } from './cards.ts'
import { compileGenaiPrices, readGenaiPrices } from './genai-prices.ts'

const ours = compileOwnCards(await readOwnCards(), loadExchange())
const data = compileGenaiPrices(await readGenaiPrices())
const atMs = Date.parse('2026-09-23T12:00:00Z')

/** A book of two files, the first over the second. */
function createTwo(upper: unknown, lower: unknown) {
  const defaults = { provider: 'acme', source: 'by hand', checked: '2026-11-23' }
  const [a, b] = [upper, lower].map((models, index) =>
    createOverrides([{ name: `${index}`, value: { ...defaults, models } }], `${index}`),
  )
  const renamed = (b?.listings ?? []).map((listing) => ({
    ...listing,
    cards: listing.cards.map((card) => ({ ...card, id: `lower ${card.id}` })),
  }))
  if (a === undefined || b === undefined) throw new Error('two sources were made')
  return createBook([a, { ...b, listings: renamed }])
}

describe('our cards', () => {
  const cards = ours.listings.flatMap((listing) => listing.cards)

  it('are many, and each says where it comes from and when that was checked', () => {
    expect(cards.length).toBeGreaterThan(1_000)
    expect(cards.filter(({ source }) => !/; checked 2026-\d\d-\d\d$/.test(source))).toEqual([])
  })

  it('have no rate that makes cached input dearer than input', () => {
    const odd = cards.filter(({ rates: { input, cache_read: read } }) => {
      if (input === undefined || read === undefined) return false
      return read.num * input.den > input.num * read.den
    })
    expect(odd.map((card) => card.id)).toEqual([])
  })

  it('stand for models that somebody can ask for', () => {
    const silent = ours.listings.filter(
      ({ provider, model, cards: own, rules = [] }) =>
        own.length + rules.length > 0 &&
        !ours.listings.some((listing) => listing.matches(model.toLowerCase())) &&
        !data.listings.some(
          (listing) => listing.provider === provider && listing.model === model,
        ) &&
        !/ |^imagen|^veo/.test(model),
    )
    expect(silent.map(({ model }) => model)).toEqual([])
  })
})

describe('a card over another', () => {
  const base = {
    model: 'm',
    ids: ['m', 'm-*'],
    cards: [{ rates: { input: '8', web_search: '10' } }],
  }

  function find(cards: readonly unknown[], more: Partial<PriceQuery> = {}) {
    const book = createTwo([{ model: 'm', cards }], [base])
    const found = book.find({ provider: 'acme', model: 'm-2026-01-01', atMs, ...more })
    if (found.kind === 'refused') return found.reason
    const { input, cache_read: read, web_search: search } = found.card.rates
    return [input?.text, read?.text, search?.text]
  }

  it('corrects it, for every id that the other answers to', () => {
    expect(find([{ rates: { input: '4' } }])).toEqual(['0.000004', undefined, undefined])
    expect(find([])).toEqual(['0.000008', undefined, '0.01'])
  })

  it('adds a rate', () => {
    expect(find([{ add: { cache_read: '1' } }])).toEqual(['0.000008', '0.000001', '0.01'])
  })

  it('adds a tier, which leaves the price of searches as it is', () => {
    const rule = { tier: 'batch', times: '0.5' }
    expect(find([rule], { serviceTier: 'batch' })).toEqual(['0.000004', undefined, '0.01'])
    const card = { tier: 'flex', rates: { input: '3' } }
    expect(find([card], { serviceTier: 'flex' })).toEqual(['0.000003', undefined, '0.01'])
    expect(find([rule, card], { serviceTier: 'priority' })).toBe('no_rate')
  })

  it('adds a region, on top of tiers, and leaves out what it excepts', () => {
    const cards = [
      { add: { cache_read: '2' } },
      { tier: 'batch', times: '0.5', except: ['cache_read'] },
      { region: ['eu', 'us'], times: '1.1' },
    ]
    expect(find(cards, { region: 'eu' })).toEqual(['0.0000088', '0.0000022', '0.01'])
    expect(find(cards, { region: 'us-east-1', serviceTier: 'batch' })).toEqual([
      '0.0000044',
      '0.0000022',
      '0.01',
    ])
    expect(find(cards, { region: 'asia', serviceTier: 'batch' })).toEqual([
      '0.000004',
      '0.000002',
      '0.01',
    ])
  })

  it('adds a time, to the millisecond', () => {
    const card = { from: '2026-01-01', to: '2026-02-01T16:00Z', rates: { input: '5' } }
    const until = Date.parse('2026-02-01T16:00:00Z')
    expect(find([card], { atMs: until - 1 })).toEqual(['0.000005', undefined, undefined])
    expect(find([card], { atMs: until })).toEqual(['0.000008', undefined, '0.01'])
  })

  it('adds weekends and hours', () => {
    const cards = [
      { hours: '01:00-04:00', rates: { input: '9' } },
      { days: ['sat', 'sun'], rates: { input: '2' } },
    ]
    const at = (text: string) => find(cards, { atMs: Date.parse(text) })[0]
    // A Friday, the Saturday and the Sunday after it, and the Monday.
    expect(at('2026-08-21T02:00:00Z')).toBe('0.000009')
    expect(at('2026-08-22T02:00:00Z')).toBe('0.000002')
    expect(at('2026-08-23T23:59:59Z')).toBe('0.000002')
    expect(at('2026-08-24T00:00:00Z')).toBe('0.000008')
    expect(at('1969-12-31T02:00:00Z')).toBe('0.000009')
  })

  it('makes the price of a tier follow that of the day', () => {
    const cards = [
      { from: '2026-01-01', rates: { input: '4' } },
      { tier: 'batch', times: '0.5', from: '2025-06-01' },
    ]
    const at = (text: string) => find(cards, { serviceTier: 'batch', atMs: Date.parse(text) })
    expect(at('2026-01-01T00:00:00Z')).toEqual(['0.000002', undefined, undefined])
    expect(at('2025-12-31T00:00:00Z')).toEqual(['0.000004', undefined, '0.01'])
    expect(at('2025-05-31T00:00:00Z')).toBe('no_rate')
  })
})
