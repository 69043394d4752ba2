import { describe, expect, it } from 'vitest'
import { readCardFile } from './card-file.ts'

const CARD = { rates: { input: '2.50', output: '10' } }
const MODEL = { model: 'm', cards: [CARD] }
const FILE = { provider: 'acme', source: 'price list', checked: '2026-11-23', models: [MODEL] }

function readCards(...cards: readonly unknown[]): () => unknown {
  return () => readCardFile({ ...FILE, models: [{ model: 'm', cards }] }, 'acme.yaml')
}

describe('readCardFile', () => {
  it('reads a file; what is said for all holds for each card', () => {
    expect(readCardFile(FILE, 'acme.yaml')).toEqual({
      providers: ['acme'],
      models: [
        {
          model: 'm',
          ids: ['m'],
          currency: 'USD',
          cards: [
            {
              tiers: [],
              regions: [],
              above: new Map(),
              source: 'price list',
              checked: '2026-11-23',
              rates: { input: '2.50', output: '10' },
            },
          ],
        },
      ],
    })
  })

  it('takes several providers, models, tiers and regions that share a price', () => {
    const card = { ...CARD, tier: ['priority', 'fast'], region: 'eu', source: 'elsewhere' }
    const models = [{ model: ['A', 'b'], cards: [card] }]
    const file = readCardFile({ ...FILE, provider: ['acme', 'other'], models }, 'acme.yaml')
    expect(file.providers).toEqual(['acme', 'other'])
    expect(file.models.map((model) => model.ids)).toEqual([['a'], ['b']])
    expect(file.models[0]?.cards).toMatchObject([
      { tiers: ['priority', 'fast'], regions: ['eu'], source: 'elsewhere' },
    ])
  })

  it.each<[unknown, string]>([
    [[], 'acme.yaml: expected an object, found []'],
    [{ ...FILE, provider: undefined }, 'acme.yaml: provider: expected text, found nothing'],
    [{ ...FILE, models: {} }, 'acme.yaml: models: expected a list of at most 10000, found {}'],
    [
      { ...FILE, modells: [] },
      'acme.yaml: expected only the fields provider, providers, currency, source, checked, models, found "modells"',
    ],
    [
      { ...FILE, models: [{ cards: [] }] },
      'acme.yaml: models[0].model: expected text, found nothing',
    ],
    [
      { ...FILE, checked: undefined },
      'acme.yaml: models[0] (m).cards[0].checked: expected text like 2026-03-05 or 2026-03-05T16:00Z, found nothing',
    ],
  ])('refuses %j', (value, message) => {
    expect(() => readCardFile(value, 'acme.yaml')).toThrow(message)
  })

  it.each<[unknown, string]>([
    [
      { rates: { input: 2.5 } },
      '.rates.input: expected text like "2.50" in quotes, or "1/12", found 2.5',
    ],
    [
      { rates: { input: '-1' } },
      '.rates.input: expected text like "2.50" in quotes, or "1/12", found "-1"',
    ],
    [{ rates: { input: '1/0' } }, '.rates.input: expected at most 10000 USD, found "1/0"'],
    [{ rates: { input: '10001' } }, '.rates.input: expected at most 10000 USD, found "10001"'],
    [{ rates: { inputs: '1' } }, '.rates: expected only the fields input, cache_read,'],
    [{ ...CARD, tires: 'batch' }, ': expected only the fields tier, region, from,'],
    [{ ...CARD, from: '2026-3-5' }, '.from: expected text like 2026-03-05 or'],
    [{ ...CARD, from: '2026-13-05' }, '.from: expected a date that exists, found "2026-13-05"'],
    [
      { ...CARD, from: '2026-03-05', to: '2026-03-05' },
      '.to: expected an instant after 2026-03-05, found "2026-03-05"',
    ],
    [{ ...CARD, hours: '1-4' }, '.hours: expected text like 01:00-04:00, found "1-4"'],
    [
      { ...CARD, days: ['sunday'] },
      '.days: expected one of sun, mon, tue, wed, thu, fri, sat, found',
    ],
    [{ ...CARD, above: { '200k': {} } }, '.above: expected a number of input tokens, found "200k"'],
    [{ ...CARD, minimums: { audio_second: 0 } }, '.minimums.audio_second: expected a whole number'],
    [{ ...CARD, times: '0.5' }, ': expected either rates or a rule (times, add), found nothing'],
    [{ tier: 'batch' }, ': expected either rates or a rule (times, add), found nothing'],
    [{ times: '0.5', above: {} }, '.above: expected rates or add beside it, found nothing'],
    [{ times: '0.5', except: ['tokens'] }, '.except: expected one of input, cache_read,'],
  ])('refuses the card %j', (card, message) => {
    expect(readCards(CARD, card)).toThrow(`acme.yaml: models[0] (m).cards[1]${message}`)
  })
})
