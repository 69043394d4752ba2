import { describe, expect, it } from 'vitest'
import { createBook, loadBook, type PriceQuery } from './book.ts'
import { type Card, createCardRate, type PriceSource } from './card.ts'

const book = await loadBook()
const atMs = Date.parse('2026-09-23T12:00:00Z')

/** The id of the card, or the reason why there is none. */
function find(provider: string | undefined, model: string, more: Partial<PriceQuery> = {}): string {
  const found = book.find({ provider, model, atMs, ...more })
  return found.kind === 'card' ? found.card.id : found.reason
}

describe('the book', () => {
  it('names itself', () => {
    expect(book).toMatchObject({
      name: 'genai-prices+cards',
      version: '0.1.8+2026-11-23',
      id: 'genai-prices@0.1.8+cards@2026-11-23',
    })
  })

  it.each([
    // OpenTelemetry's names
    ['openai', 'gpt-4o', 'openai/gpt-4o'],
    ['anthropic', 'claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4-5'],
    ['azure.ai.openai', 'gpt-4o-2024-08-06', 'openai/gpt-4o'],
    ['azure.ai.inference', 'gpt-4.1-mini', 'openai/gpt-4.1-mini'],
    ['aws.bedrock', 'amazon.nova-micro-v1:0', 'aws/amazon.nova-micro-v1:0'],
    ['gcp.gemini', 'gemini-2.5-flash', 'google/gemini-2.5-flash'],
    ['gcp.vertex_ai', 'gemini-2.5-flash', 'google/gemini-2.5-flash'],
    ['gcp.vertex_ai', 'claude-haiku-4-5@20251001', 'anthropic/claude-haiku-4-5'],
    ['gcp.gen_ai', 'gemini-2.5-pro', 'google/gemini-2.5-pro'],
    ['x_ai', 'grok-4', 'cards:x-ai/grok-4-0709'],
    ['mistral_ai', 'mistral-large-2512', 'mistral/mistral-large-2512'],
    ['moonshot_ai', 'kimi-k2-turbo-preview', 'moonshotai/kimi-k2-turbo-preview'],
    ['groq', 'llama-3.3-70b-versatile', 'groq/llama-3.3-70b-versatile'],
    ['deepseek', 'deepseek-v4-pro', 'deepseek/deepseek-v4-pro@2026-08-17'],
    ['cohere', 'command-r7b-12-2024', 'cohere/command-r7b'],
    ['perplexity', 'sonar-pro', 'perplexity/sonar-pro'],
    // older names
    ['az.ai.openai', 'gpt-4o', 'openai/gpt-4o'],
    ['az.ai.inference', 'gpt-4o', 'openai/gpt-4o'],
    ['vertex_ai', 'gemini-2.5-flash', 'google/gemini-2.5-flash'],
    ['gemini', 'gemini-2.5-flash', 'google/gemini-2.5-flash'],
    ['xai', 'grok-4', 'cards:x-ai/grok-4-0709'],
    // what SDKs write
    [' OpenAI ', 'gpt-4o', 'openai/gpt-4o'],
    ['openai.responses', 'gpt-4o', 'openai/gpt-4o'],
    ['google.vertex.chat', 'gemini-2.5-flash', 'google/gemini-2.5-flash'],
    ['amazon-bedrock', 'amazon.nova-micro-v1:0', 'aws/amazon.nova-micro-v1:0'],
    ['fireworks_ai', 'accounts/fireworks/models/deepseek-v3p2', 'fireworks/deepseek-v3p2'],
    ['cerebras', 'zai-glm-4.7', 'cerebras/zai-glm-4.7'],
  ])('knows %s %s', (provider, model, card) => {
    expect(find(provider, model).toLowerCase()).toBe(card)
  })

  it.each([
    [undefined, 'gpt-4o', 'openai/gpt-4o'],
    [undefined, 'claude-sonnet-4-5', 'anthropic/claude-sonnet-4-5'],
    [undefined, 'gemini-2.5-pro', 'google/gemini-2.5-pro'],
    [undefined, 'us.amazon.nova-lite-v1:0', 'aws/amazon.nova-lite-v1:0'],
    // Two makers, two prices.
    [undefined, 'GLM-5.3', 'unknown_model'],
    // Sold by many, made by none of them under this name.
    [undefined, 'meta-llama/llama-3.3-70b-instruct', 'unknown_model'],
    // On Google's shelf, but free there only, and mostly run elsewhere.
    [undefined, 'gemma-3-27b-it', 'unknown_model'],
  ])('takes a model without a provider only where one maker is meant: %s %s', (p, m, card) => {
    expect(find(p, m)).toBe(card)
  })

  it.each([
    ['openai', 'gpt-4o-ultra'],
    ['anthropic', 'claude-sonnet-5-turbo-2030'],
    ['anthropic', 'claude-sonnet-5-5'],
    ['azure', 'gpt-4o-ultra'],
    ['google', 'gemini-1.5-flash-9b'],
    ['my-openai-proxy', 'gpt-4o'],
    ['openai', ''],
    ['openai', 'x'.repeat(10_000)],
  ])('does not guess %s %.40s', (provider, model) => {
    expect(find(provider, model)).toBe('unknown_model')
  })

  it.each([
    ['openai', 'gpt-oss-120b'],
    ['gcp.vertex_ai', 'gemma-3-27b-it'],
    ['azure', 'wizardlm-2-8x22b'],
    ['deepseek', 'deepseek-chat'],
    ['zhipuai', 'glm-5.3-flash'],
    ['aws', 'us-gov.anthropic.claude-opus-4-6-v1'],
    ['openrouter', 'google/lyria-3-pro-preview'],
  ])('gives no price that is known to be wrong: %s %s', (provider, model) => {
    expect(find(provider, model)).toBe('no_rate')
  })

  it('takes the price of OpenAI where its entry for Azure is rounded', () => {
    expect(find('azure', 'o4-mini')).toBe('openai/o4-mini')
  })

  it('heeds the region', () => {
    const bare = 'anthropic.claude-sonnet-4-6'
    expect(find('aws', bare, { region: 'us-east-1' })).toBe(
      'aws/regional.anthropic.claude-sonnet-4-6-v1:0',
    )
    expect(find('aws', bare, { region: 'us-gov-west-1' })).toBe('no_rate')
  })

  it.each([
    ['vertex', 'aiplatform.googleapis.com', 'anthropic/claude-sonnet-5'],
    ['vertex', 'europe-west1-aiplatform.googleapis.com', 'anthropic/claude-sonnet-5+europe'],
    ['vertex', 'aiplatform.us.rep.googleapis.com', 'anthropic/claude-sonnet-5+us'],
  ])('%s: the host %s tells the region', (provider, serverAddress, card) => {
    expect(find(provider, 'claude-sonnet-5', { serverAddress })).toBe(card)
  })

  it.each(['bedrock-runtime.us-east-1.amazonaws.com', 'bedrock-mantle.us-east-1.api.aws'])(
    'aws: so does %s',
    (serverAddress) => {
      expect(find('aws', 'anthropic.claude-sonnet-4-6', { serverAddress })).toBe(
        'aws/regional.anthropic.claude-sonnet-4-6-v1:0',
      )
    },
  )

  it('heeds the host that a client of OpenAI was pointed at', () => {
    const atGroq = { serverAddress: 'api.groq.com' }
    expect(find('openai', 'llama-3.3-70b-versatile', atGroq)).toBe('groq/llama-3.3-70b-versatile')
    expect(find(undefined, 'openai/gpt-4o', { serverAddress: 'openrouter.ai' })).toBe(
      'openrouter/openai/gpt-4o',
    )
    expect(find('openai', 'gpt-4o', { serverAddress: 'gateway.internal' })).toBe('openai/gpt-4o')
    // Only OpenAI's clients wander.
    expect(find('anthropic', 'gpt-4o', { serverAddress: 'api.openai.com' })).toBe('unknown_model')
  })

  it('refuses an instant that is none', () => {
    expect(() => find('openai', 'gpt-4o', { atMs: Number.NaN })).toThrow(RangeError)
    expect(find('openai', 'gpt-4o', { atMs: -1e300 })).toBe('openai/gpt-4o')
    expect(find('mistral', 'mistral-ocr-latest', { atMs: 1e300 })).toBe(
      'mistral/mistral-ocr-latest@2026-06-23',
    )
  })
})

function isM(id: string): boolean {
  return id === 'm'
}

describe('createBook', () => {
  const rates = { input: createCardRate('1', 1_000_000) }

  function createSource(name: string, provider: string, cards: Partial<Card>[]): PriceSource {
    const full = cards.map((card, index) => ({
      id: `${name}/${index}`,
      provider,
      model: 'm',
      currency: 'USD' as const,
      rates,
      source: 'by hand',
      ...card,
    }))
    return { name, version: '1', listings: [{ provider, model: 'm', matches: isM, cards: full }] }
  }

  it('lets the first source decide', () => {
    const both = createBook([createSource('a', 'acme', [{}]), createSource('b', 'acme', [{}])])
    expect(both.id).toBe('b@1+a@1')
    expect(both.find({ provider: 'acme', model: 'M', atMs })).toMatchObject({ card: { id: 'a/0' } })
  })

  it('refuses two cards of one id', () => {
    const source = createSource('a', 'acme', [{ id: 'same' }, { id: 'same' }])
    expect(() => createBook([source])).toThrow('two price cards have the id same')
  })

  it('finds a card by tier, region and time, the last that fits', () => {
    const tiers = createBook([
      createSource('a', 'acme', [
        { id: 'old', toMs: 1_000 },
        { id: 'new', fromMs: 1_000 },
        { id: 'eu', fromMs: 1_000, region: 'eu' },
        { id: 'batch', fromMs: 1_000, serviceTier: 'batch' },
        { id: 'night', fromMs: 1_000, window: { startMs: 82_800_000, endMs: 3_600_000 } },
      ]),
    ])
    const noon = 43_200_000
    function findId(more: Partial<PriceQuery>): string {
      const found = tiers.find({ provider: 'acme', model: 'm', atMs: noon, ...more })
      return found.kind === 'card' ? found.card.id : found.detail
    }
    expect(findId({ atMs: 999 })).toBe('old')
    expect(findId({ atMs: 1_000 })).toBe('night')
    expect(findId({ atMs: 3_600_000 })).toBe('new')
    expect(findId({ atMs: 82_800_000 })).toBe('night')
    expect(findId({ region: 'eu' })).toBe('eu')
    expect(findId({ region: 'us' })).toBe('new')
    expect(findId({ serviceTier: 'batch' })).toBe('batch')
    expect(findId({ serviceTier: 'auto' })).toBe('new')
    expect(findId({ serviceTier: 'flex' })).toBe('no rates of "m" are known for tier "flex"')
    expect(findId({ atMs: 500, serviceTier: 'batch' })).toBe(
      'no rates of "m" are known for tier "batch"',
    )
  })

  it('remembers a name, and of very many only the latest', () => {
    let asked = 0
    const source = createSource('a', 'acme', [{}])
    const listings = source.listings.map((listing) => ({
      ...listing,
      matches: (id: string) => {
        if (id === 'm') asked++
        return id === 'm'
      },
    }))
    const counting = createBook([{ ...source, listings }])
    function ask(model: string): string {
      return counting.find({ provider: 'acme', model, atMs }).kind
    }
    expect([ask('m'), ask('m'), asked]).toEqual(['card', 'card', 1])
    for (let index = 0; index < 1_000; index++) ask(`made-up-${index}`)
    expect([ask('m'), asked]).toEqual(['card', 2])
  })

  it('says when no card is valid', () => {
    const later = createBook([createSource('a', 'acme', [{ fromMs: 1_000 }])])
    expect(later.find({ provider: 'acme', model: 'm', atMs: 0 })).toEqual({
      kind: 'refused',
      reason: 'no_rate',
      detail: 'no price of "m" at 1970-01-01T00:00:00.000Z is known',
    })
  })
})
