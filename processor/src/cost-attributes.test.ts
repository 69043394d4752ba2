import type { Standing } from '@spancost/ledger'
import type { ScannedSpan } from '@spancost/otlp'
import type { CostLine, Rating } from '@spancost/pricing'
import { describe, expect, test } from 'vitest'
import type { AttributeAlias } from './config.ts'
import { addRollupAttributes, createCostAttributes, OWN_KEYS } from './cost-attributes.ts'
import { createEntry } from './testing/api.ts'

const SPAN: ScannedSpan = {
  traceId: '00000000000000000000000000000001',
  spanId: '0000000000000001',
  parentSpanId: '',
  name: 'chat',
  startTimeUnixNano: 1n,
  endTimeUnixNano: 2n,
  attributes: new Map(),
  scope: { name: '', version: '', attributes: new Map() },
  resource: new Map(),
}

/** 0.1 + 0.2 + 0.3 + 0.4 + 0.5 + 0.6 = 2.1 USD, over all parts. */
const LINES: readonly CostLine[] = [
  { unit: 'input', quantity: 1, rate: '0.1', costAtto: 100_000_000_000_000_000n },
  { unit: 'cache_read', quantity: 1, rate: '0.2', costAtto: 200_000_000_000_000_000n },
  { unit: 'cache_write_1h', quantity: 1, rate: '0.3', costAtto: 300_000_000_000_000_000n },
  { unit: 'output', quantity: 1, rate: '0.4', costAtto: 400_000_000_000_000_000n },
  { unit: 'reasoning', quantity: 1, rate: '0.5', costAtto: 500_000_000_000_000_000n },
  { unit: 'web_search', quantity: 1, rate: '0.6', costAtto: 600_000_000_000_000_000n },
]
const PRICED: Rating = {
  status: 'priced',
  source: 'book',
  card: 'acme/one',
  book: 'test@1',
  lines: LINES,
  costAtto: 2_100_000_000_000_000_000n,
}

function write(
  rating: Rating,
  standing: Standing = 'counted',
  aliases: readonly AttributeAlias[] = [],
  span: ScannedSpan = SPAN,
): Record<string, unknown> {
  const written = createCostAttributes(createEntry({ rating }), standing, span, aliases)
  const attributes = [...written.block.attributes, ...written.attributes]
  const keys = attributes.map(({ key }) => key)
  expect(keys, 'no key twice').toEqual([...new Set(keys)])
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value]))
}

const BASE = {
  'spancost.cost.status': 'priced',
  'spancost.cost.standing': 'counted',
  'spancost.cost.source': 'book',
  'spancost.price.card': 'acme/one',
  'spancost.price.book': 'test@1',
}
const AMOUNTS = {
  'spancost.cost.total': 2.1,
  'spancost.cost.exact': '2.1',
  'spancost.cost.currency': 'USD',
}

describe('by status', () => {
  test('priced: the total, its exact decimal, and parts that add up to it', () => {
    expect(write(PRICED)).toEqual({
      ...BASE,
      ...AMOUNTS,
      'spancost.cost.input': 0.1,
      'spancost.cost.cache_read': 0.2,
      'spancost.cost.cache_write': 0.3,
      'spancost.cost.output': 0.9,
      'spancost.cost.other': 0.6,
    })
  })

  test('priced: an amount that no double holds is exact in its decimal', () => {
    const costAtto = 1_100_000_000_000_000_001n
    const rating = { ...PRICED, lines: [{ ...LINES[0]!, costAtto }], costAtto }
    expect(write(rating)).toEqual({
      ...BASE,
      'spancost.cost.total': 1.1,
      'spancost.cost.exact': '1.100000000000000001',
      'spancost.cost.currency': 'USD',
      'spancost.cost.input': 1.1,
    })
  })

  test('free: a total of 0, without parts', () => {
    expect(write({ status: 'free', book: 'test@1', lines: [], costAtto: 0n })).toEqual({
      'spancost.cost.status': 'free',
      'spancost.cost.standing': 'counted',
      'spancost.price.book': 'test@1',
      'spancost.cost.total': 0,
      'spancost.cost.exact': '0',
      'spancost.cost.currency': 'USD',
    })
  })

  test.each([
    ['partial', 'no_rate'],
    ['estimated', 'ambiguous_usage'],
  ] as const)('%s: as priced, with the reason', (status, reason) => {
    expect(write({ ...PRICED, status, reason })).toMatchObject({
      ...BASE,
      ...AMOUNTS,
      'spancost.cost.status': status,
      'spancost.cost.reason': reason,
    })
  })

  test('unpriced: the reason, and no amount: unknown is not 0', () => {
    const rating = {
      status: 'unpriced',
      reason: 'unknown_model',
      book: 'test@1',
      lines: [],
    } as const
    expect(write(rating, 'counted', ['gen_ai', 'langfuse', 'openlit', 'openinference'])).toEqual({
      'spancost.cost.status': 'unpriced',
      'spancost.cost.reason': 'unknown_model',
      'spancost.cost.standing': 'counted',
      'spancost.price.book': 'test@1',
    })
  })
})

test.each(['held', 'restated', 'echo'] as const)('%s: no amount under any name', (standing) => {
  const aliases: AttributeAlias[] = ['gen_ai', 'langfuse', 'openlit', 'openinference']
  expect(write(PRICED, standing, aliases)).toEqual({ ...BASE, 'spancost.cost.standing': standing })
})

describe('aliases', () => {
  const ALIASES: [AttributeAlias, Record<string, unknown>][] = [
    [
      'gen_ai',
      {
        'gen_ai.usage.cost.amount': 2.1,
        'gen_ai.usage.cost.currency': 'USD',
        'gen_ai.usage.cost.source': 'local',
      },
    ],
    ['langfuse', { 'gen_ai.usage.cost': 2.1 }],
    ['openlit', { 'gen_ai.usage.cost': 2.1 }],
    // Input with both caches, and output with reasoning; the search is in the total only.
    [
      'openinference',
      { 'llm.cost.prompt': 0.6, 'llm.cost.completion': 0.9, 'llm.cost.total': 2.1 },
    ],
  ]

  test.each(ALIASES)('%s', (alias, expected) => {
    const own = write(PRICED)
    expect(write(PRICED, 'counted', [alias])).toEqual({ ...own, ...expected })
  })

  test('together, each key once', () => {
    const own = write(PRICED)
    const all = Object.assign({}, ...ALIASES.map(([, expected]) => expected))
    const names = ALIASES.map(([alias]) => alias)
    expect(write(PRICED, 'counted', names)).toEqual({ ...own, ...all })
  })

  test.each(ALIASES)("%s: a sender's own value stays", (alias, expected) => {
    const own = write(PRICED)
    const [present, ...rest] = Object.keys(expected)
    const span = { ...SPAN, attributes: new Map([[present!, 'from the sender']]) }
    const absent = Object.fromEntries(rest.map((key) => [key, expected[key]]))
    expect(write(PRICED, 'counted', [alias], span)).toEqual({ ...own, ...absent })
  })
})

test('everything under our own names is replaced when it comes from a sender', () => {
  const written = write({ ...PRICED, status: 'partial', reason: 'no_rate', list: '3' })
  const sum = { costAtto: 1n, operations: 2, unpriced: 1 }
  const rolled = addRollupAttributes({ subtree: sum, trace: sum }).map(({ key }) => key)
  const keys = [...Object.keys(written), ...rolled]
  expect(keys.toSorted()).toEqual([...OWN_KEYS].toSorted())
})

test('what is below a span: the sum of what is known, and none where nothing is', () => {
  const sum = { costAtto: 1_500_000_000_000_000_000n, operations: 3, unpriced: 1 }
  expect(addRollupAttributes({ subtree: sum, trace: sum })).toEqual([
    { key: 'spancost.subtree.cost.total', value: 1.5 },
    { key: 'spancost.subtree.operations', value: 3n },
    { key: 'spancost.trace.cost.total', value: 1.5 },
    { key: 'spancost.trace.operations', value: 3n },
    { key: 'spancost.trace.unpriced', value: 1n },
  ])
  const dark = { costAtto: 0n, operations: 2, unpriced: 2 }
  expect(addRollupAttributes({ subtree: dark })).toEqual([
    { key: 'spancost.subtree.operations', value: 2n },
  ])
  expect(addRollupAttributes({})).toEqual([])
})

describe('what the provider billed', () => {
  const BILL: Rating = {
    ...PRICED,
    source: 'provider',
    lines: [{ unit: 'request', quantity: 1, rate: '1.5', costAtto: 1_500_000_000_000_000_000n }],
    costAtto: 1_500_000_000_000_000_000n,
    list: '2.1',
  }

  test('is the cost, and the price by our card stands beside it', () => {
    expect(write(BILL)).toEqual({
      ...BASE,
      'spancost.cost.source': 'provider',
      'spancost.cost.total': 1.5,
      'spancost.cost.exact': '1.5',
      'spancost.cost.currency': 'USD',
      'spancost.cost.list': 2.1,
      'spancost.cost.other': 1.5,
    })
  })

  test('is not split where the provider did not', () => {
    const written = write(BILL, 'counted', ['openinference', 'gen_ai'])
    expect(written).toMatchObject({
      'llm.cost.total': 1.5,
      'gen_ai.usage.cost.amount': 1.5,
      'gen_ai.usage.cost.source': 'provider',
    })
    expect(written).not.toHaveProperty('llm.cost.prompt')
  })
})

test('spans that differ in nothing but their amounts share a block', () => {
  const blockOf = (rating: Rating, standing: Standing = 'counted') =>
    createCostAttributes(createEntry({ rating }), standing, SPAN, []).block
  const block = blockOf(PRICED)
  expect(blockOf({ ...PRICED, costAtto: 1n })).toBe(block)
  expect(blockOf({ ...PRICED, card: 'acme/two' })).not.toBe(block)
  expect(blockOf(PRICED, 'echo')).not.toBe(block)
})
