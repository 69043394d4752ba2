import { describe, expect, test } from 'vitest'
import { auditTable } from './audit-table.ts'
import { createBook } from './book.ts'
import { createOverrides } from './sources/cards.ts'
import { readTable } from './tables/index.ts'

const AT_MS = Date.parse('2026-09-15')

const LITELLM = {
  sample_spec: { litellm_provider: 'one of many', input_cost_per_token: 1 },
  'azure/eu/gpt-x': {
    litellm_provider: 'azure',
    input_cost_per_token: 2.5e-6,
    output_cost_per_token: 0.00001,
    input_cost_per_token_above_200k_tokens: 5e-6,
    input_cost_per_token_batches: 1.25e-6,
    cache_read_input_token_cost_above_200k_tokens_priority: 1e-6,
    max_tokens: 1000,
  },
  'bedrock/us-east-1/1-month-commitment/x': {
    litellm_provider: 'bedrock',
    input_cost_per_token: 1,
  },
}
const LANGFUSE = [
  {
    modelName: 'gpt-x',
    pricingTiers: [
      { conditions: [], prices: { input: 2.5e-6, input_cached_tokens: 1e-7, output: 1e-5 } },
      {
        conditions: [
          { key: 'service_tier', operator: 'in', values: ['flex'] },
          { usageDetailPattern: '(input)', operator: 'gt', value: 272000 },
        ],
        prices: { input: 0.00000125 },
      },
    ],
  },
]
const PORTKEY = {
  default: { pricing_config: { pay_as_you_go: { request_token: { price: 1 } } } },
  'gpt-x': {
    pricing_config: {
      pay_as_you_go: {
        request_token: { price: 0.00025 },
        response_token: { price: 0.001 },
        cache_read_input_token: { price: 0 },
        additional_units: { web_search: { price: 1 } },
      },
    },
    custom_pricing: {
      context_tier_map: { '0': 'short', '272000': 'long' },
      regions: {
        'us,eu': {
          execution_modes: {
            flex: {
              context_tiers: {
                long: { pricing_config: { pay_as_you_go: { request_token: { price: 0.0001 } } } },
              },
            },
          },
        },
      },
    },
  },
}
const FEED = [
  {
    id: 'acme',
    models: [
      {
        id: 'gpt-x',
        match: { equals: 'gpt-x' },
        prices: [
          { prices: { input_mtok: 9 } },
          {
            constraint: { type: 'start_date', start_date: '2026-01-01' },
            prices: { input_mtok: { base: 2, tiers: [{ start: 1000, price: 4 }] } },
          },
          {
            constraint: { type: 'start_date', start_date: '2026-12-01' },
            prices: { input_mtok: 8 },
          },
        ],
      },
    ],
  },
]

/** `provider model tier region above: unit USD, ...` */
function describeRows(value: unknown, name = 'table.json') {
  const table = readTable(value, name, AT_MS)
  return table?.rows.map(({ provider, model, serviceTier, region, above, rates }) =>
    [
      table.format,
      provider,
      model,
      serviceTier,
      region,
      above,
      ...rates.map(([unit, { text }]) => `${unit}=${text}`),
    ]
      .filter((part) => part !== undefined)
      .join(' '),
  )
}

describe('a table of', () => {
  test('LiteLLM has tiers, thresholds and regions in its names', () => {
    expect(describeRows(LITELLM)).toEqual([
      'litellm azure gpt-x eu input=0.0000025 output=0.00001',
      'litellm azure gpt-x eu 200000 input=0.000005',
      'litellm azure gpt-x batch eu input=0.00000125',
      'litellm azure gpt-x priority eu 200000 cache_read=0.000001',
    ])
  })

  test('Langfuse names no provider, and conditions say the rest', () => {
    expect(describeRows(LANGFUSE)).toEqual([
      'langfuse gpt-x input=0.0000025 output=0.00001 cache_read=0.0000001',
      'langfuse gpt-x flex 272000 input=0.00000125',
    ])
  })

  test('Portkey is in cents, of the provider that the file is named after', () => {
    expect(describeRows(PORTKEY, 'a/b/azure-openai.json')).toEqual([
      'portkey azure.ai.openai gpt-x input=0.0000025 output=0.00001 web_search=0.01',
      'portkey azure.ai.openai gpt-x flex us 272000 input=0.000001',
      'portkey azure.ai.openai gpt-x flex eu 272000 input=0.000001',
    ])
  })

  test('genai-prices is dated: what holds then counts', () => {
    expect(describeRows(FEED)).toEqual([
      'genai-prices acme gpt-x input=0.000002',
      'genai-prices acme gpt-x 1000 input=0.000004',
    ])
  })

  test.each([[[]], [{}], [null], ['x'], [{ models: [] }], [[{ id: 'acme' }]]])(
    'nobody is not read: %j',
    (value) => {
      expect(describeRows(value)).toBe(undefined)
    },
  )
})

test('an audit says what agrees, what differs and what is missing, to the last digit', () => {
  const file = {
    provider: 'acme',
    source: 'by hand',
    checked: '2026-11-01',
    models: [
      {
        model: 'gpt-x',
        cards: [{ rates: { input: '2.5', output: '10' }, above: { '200000': { input: '6' } } }],
      },
    ],
  }
  const book = createBook([createOverrides([{ name: 'own', value: file }], '1')])
  const row = { litellm_provider: 'acme', output_cost_per_token: 1e-5 }
  const table = readTable(
    {
      'gpt-x': {
        ...row,
        input_cost_per_token: 2.5e-6,
        input_cost_per_token_above_200k_tokens: 5e-6,
        cache_read_input_token_cost: 0,
      },
      'gpt-y': { ...row, input_cost_per_token: 1 },
    },
    'x.json',
    AT_MS,
  )!
  const audited = auditTable(book, table, AT_MS)
  expect(audited.map(({ outcome, reason, units }) => [outcome, reason, units])).toEqual([
    [
      'agrees',
      undefined,
      [
        { unit: 'output', ours: '0.00001', theirs: '0.00001' },
        { unit: 'input', ours: '0.0000025', theirs: '0.0000025' },
      ],
    ],
    ['differs', undefined, [{ unit: 'input', ours: '0.000006', theirs: '0.000005' }]],
    [
      'missing',
      'unknown_model',
      [
        { unit: 'output', theirs: '0.00001' },
        { unit: 'input', theirs: '1' },
      ],
    ],
  ])
})
