/**
 * What real calls cost by the default book, worked out by hand: the arithmetic stands above each
 * expected figure, in USD, with list prices per million (/M) or thousand (/k).
 */
import type { Operation, Usage } from '@spancost/genai'
import { describe, expect, it } from 'vitest'
import { loadBook } from './book.ts'
import { formatAmount } from './money.ts'
import { rateOperation } from './rate.ts'
import { COST_PARTS, sumParts, type Rating } from './rating.ts'

const book = await loadBook()
const SEPTEMBER = '2026-09-23T12:00:00Z'

type Call = Omit<Partial<Operation>, 'usage'> & { readonly usage: Usage; readonly at?: string }

/** A chat at noon of the day the data was published, unless the case says otherwise. */
function rate({ at = SEPTEMBER, ...call }: Call): Rating {
  const operation: Operation = { dialect: 'otel', role: 'leaf', name: 'chat', ...call }
  return rateOperation(operation, Date.parse(at), book)
}

/** The cost in USD, or why there is none. */
function cost(call: Call): string | undefined {
  const rating = rate(call)
  return rating.costAtto === undefined ? rating.reason : formatAmount(rating.costAtto)
}

const SMALL: Usage = { inputTokens: 1_000, outputTokens: 100 }
const LARGE: Usage = { inputTokens: 1_000_000, outputTokens: 100_000 }

describe('OpenAI', () => {
  it('bills input and output', () => {
    // 1000 x 2.50/M = 0.0025, 100 x 10/M = 0.001
    expect(cost({ provider: 'openai', requestModel: 'gpt-4o', usage: SMALL })).toBe('0.0035')
    // 8000 x 0.02/M
    const embedding = { provider: 'openai', requestModel: 'text-embedding-3-small' }
    expect(cost({ ...embedding, usage: { inputTokens: 8_000 } })).toBe('0.00016')
  })

  it('bills cached input once, at its own rate', () => {
    // 100 x 2.50/M = 0.00025, 900 x 1.25/M = 0.001125
    const usage = { inputTokens: 1_000, cacheReadTokens: 900, outputTokens: 0 }
    expect(cost({ provider: 'openai', requestModel: 'gpt-4o', usage })).toBe('0.001375')
  })

  it('bills reasoning as output', () => {
    const usage = {
      inputTokens: 1_200,
      cacheReadTokens: 1_024,
      outputTokens: 340,
      reasoningTokens: 256,
    }
    const rating = rate({ provider: 'openai', requestModel: 'gpt-5-2025-08-07', usage })
    expect(rating.status).toBe('priced')
    expect(rating.lines.map((line) => [line.unit, line.quantity, line.rate])).toEqual([
      ['cache_read', 1_024, '0.000000125'],
      ['input', 176, '0.00000125'],
      ['reasoning', 256, '0.00001'],
      ['output', 84, '0.00001'],
    ])
    // 0.000128 + 0.00022 + 0.00256 + 0.00084
    expect(formatAmount(rating.costAtto ?? 0n)).toBe('0.003748')
  })

  it('bills what it caches unasked as input, until a model has a rate for it', () => {
    const usage = { inputTokens: 1_000, cacheWrite5mTokens: 128, outputTokens: 0 }
    // 872 x 2/M = 0.001744, 128 x 2/M = 0.000256
    const rating = rate({ provider: 'openai', requestModel: 'gpt-4.1', usage })
    expect(rating.status).toBe('priced')
    expect(sumParts(rating)).toMatchObject({
      input: 1_744_000_000_000_000n,
      cache_write: 256_000_000_000_000n,
    })
    // 872 x 2/M = 0.001744, 128 x 2.50/M = 0.00032
    expect(cost({ provider: 'openai', requestModel: 'gpt-5.6-terra', usage })).toBe('0.002064')
  })

  it.each([
    // 6000 x 5/M = 0.03, 4000 x 6.25/M = 0.025, 1000 x 30/M = 0.03
    ['2026-08-20T23:59:59.999Z', '0.085'],
    // 6000 x 4/M = 0.024, 4000 x 5/M = 0.02, 1000 x 20/M = 0.02
    ['2026-08-21T00:00:00Z', '0.064'],
  ])('changes the price of gpt-5.6-sol to the millisecond: %s', (at, usd) => {
    const usage = { inputTokens: 10_000, cacheWrite5mTokens: 4_000, outputTokens: 1_000 }
    expect(cost({ provider: 'openai', requestModel: 'gpt-5.6-sol', usage, at })).toBe(usd)
  })

  it.each([
    // 1000 x 10/M = 0.01, 100 x 40/M = 0.004
    ['2025-06-09T23:59:59Z', '0.014'],
    // 1000 x 2/M = 0.002, 100 x 8/M = 0.0008
    ['2025-06-10T00:00:00Z', '0.0028'],
  ])('knows what o3 cost on %s', (at, usd) => {
    expect(cost({ provider: 'openai', requestModel: 'o3', usage: SMALL, at })).toBe(usd)
  })

  it.each([
    // 271999 x 4/M = 1.087996, 1000 x 20/M = 0.02
    [271_999, '1.107996'],
    // 272000 x 8/M = 2.176, 1000 x 30/M = 0.03
    [272_000, '2.206'],
  ])('moves the whole request of %s tokens to the tier for long contexts', (inputTokens, usd) => {
    const usage = { inputTokens, outputTokens: 1_000 }
    expect(cost({ provider: 'openai', requestModel: 'gpt-5.6-sol', usage })).toBe(usd)
  })

  it('counts cached tokens towards the tier, and bills them by it', () => {
    // 1000 x 8/M = 0.008, 299000 x 0.80/M = 0.2392
    const usage = { inputTokens: 300_000, cacheReadTokens: 299_000 }
    expect(cost({ provider: 'openai', requestModel: 'gpt-5.6-sol', usage })).toBe('0.2472')
  })

  it('bills audio and images apart from text', () => {
    // 400 x 2.50/M = 0.001, 600 x 32/M = 0.0192, 20 x 10/M = 0.0002, 80 x 64/M = 0.00512
    const audio = {
      inputTokens: 1_000,
      inputAudioTokens: 600,
      outputTokens: 100,
      outputAudioTokens: 80,
    }
    expect(cost({ provider: 'openai', requestModel: 'gpt-audio', usage: audio })).toBe('0.02552')
    // 50 x 5/M = 0.00025, 1056 x 40/M = 0.04224
    const image = { inputTokens: 50, outputTokens: 1_056, outputImageTokens: 1_056 }
    expect(cost({ provider: 'openai', requestModel: 'gpt-image-1', usage: image })).toBe('0.04249')
    // Images to look at are plain input: 1000 x 2.50/M
    const seen = { inputTokens: 1_000, inputImageTokens: 765 }
    expect(cost({ provider: 'openai', requestModel: 'gpt-4o', usage: seen })).toBe('0.0025')
  })

  it('bills transcription by the second', () => {
    // 7.5 x 0.36/3600 = 7.5 x 0.0001
    const usage = { audioSeconds: 7.5 }
    expect(cost({ provider: 'openai', requestModel: 'whisper-1', usage })).toBe('0.00075')
  })
})

describe('Anthropic', () => {
  it('bills reads, short and long writes, thinking and searches', () => {
    const rating = rate({
      provider: 'anthropic',
      responseModel: 'claude-sonnet-4-5-20250929',
      usage: {
        inputTokens: 2_325,
        cacheReadTokens: 2_000,
        cacheWrite5mTokens: 200,
        cacheWrite1hTokens: 100,
        outputTokens: 90,
        reasoningTokens: 60,
        webSearches: 2,
      },
    })
    // 25 x 3/M = 0.000075, 2000 x 0.30/M = 0.0006, 200 x 3.75/M = 0.00075, 100 x 6/M = 0.0006,
    // 30 x 15/M = 0.00045, 60 x 15/M = 0.0009, 2 x 10/k = 0.02
    expect(formatAmount(rating.costAtto ?? 0n)).toBe('0.023375')
    const parts = sumParts(rating)
    expect(COST_PARTS.map((part) => [part, formatAmount(parts[part])])).toEqual([
      ['input', '0.000075'],
      ['output', '0.00135'],
      ['cache_read', '0.0006'],
      ['cache_write', '0.00135'],
      ['other', '0.02'],
    ])
    expect(rating).toMatchObject({
      status: 'priced',
      source: 'book',
      card: 'anthropic/claude-sonnet-4-5',
      book: 'genai-prices@0.1.8+cards@2026-11-23',
    })
  })

  it.each([
    // 200000 x 3/M = 0.6, 1000 x 15/M = 0.015
    [200_000, '0.615'],
    // 200001 x 6/M = 1.200006, 1000 x 22.50/M = 0.0225
    [200_001, '1.222506'],
  ])('moves Sonnet 4.5 to the long tier above 200k: %s', (inputTokens, usd) => {
    const usage = { inputTokens, outputTokens: 1_000 }
    expect(cost({ provider: 'anthropic', requestModel: 'claude-sonnet-4-5', usage })).toBe(usd)
  })

  it.each([
    // 200001 x 10/M = 2.00001, 1000 x 37.50/M = 0.0375
    ['2026-03-12T23:59:59Z', '2.03751'],
    // 200001 x 5/M = 1.000005, 1000 x 25/M = 0.025
    ['2026-03-13T00:00:00Z', '1.025005'],
  ])('knows when Opus 4.6 lost its long tier: %s', (at, usd) => {
    const usage = { inputTokens: 200_001, outputTokens: 1_000 }
    expect(cost({ provider: 'anthropic', requestModel: 'claude-opus-4-6', usage, at })).toBe(usd)
  })

  it('takes each model by its own cache rate', () => {
    // 1000 x 0.25/M: a fortieth of input, not the usual tenth
    const usage = { inputTokens: 1_000, cacheReadTokens: 1_000 }
    expect(cost({ provider: 'anthropic', requestModel: 'claude-fable-5-1', usage })).toBe('0.00025')
  })

  it('did not raise Sonnet 5 in September', () => {
    // 1000 x 2/M = 0.002, 100 x 10/M = 0.001
    const call = { provider: 'anthropic', requestModel: 'claude-sonnet-5', usage: SMALL }
    expect(cost({ ...call, at: '2026-10-01T00:00:00Z' })).toBe('0.003')
  })
})

describe('Google', () => {
  it.each([
    // 200000 x 1.25/M = 0.25, 1000 x 10/M = 0.01
    [200_000, '0.26'],
    // 200001 x 2.50/M = 0.5000025, 1000 x 15/M = 0.015
    [200_001, '0.5150025'],
  ])('moves Gemini 2.5 Pro to the long tier above 200k: %s', (inputTokens, usd) => {
    const usage = { inputTokens, outputTokens: 1_000 }
    expect(cost({ provider: 'gcp.gemini', requestModel: 'gemini-2.5-pro', usage })).toBe(usd)
  })

  it('bills cached text, audio and cached audio each by its rate', () => {
    const usage = {
      inputTokens: 1_000,
      cacheReadTokens: 200,
      inputAudioTokens: 600,
      cacheReadAudioTokens: 100,
      outputTokens: 100,
    }
    // 100 x 0.30/M = 0.00003, 200 x 0.03/M = 0.000006, 600 x 1/M = 0.0006, 100 x 0.10/M = 0.00001,
    // 100 x 2.50/M = 0.00025
    expect(cost({ provider: 'gcp.gemini', requestModel: 'gemini-2.5-flash', usage })).toBe(
      '0.000896',
    )
  })

  it('bills a picture by its tokens', () => {
    // 10 x 0.30/M = 0.000003, 1290 x 30/M = 0.0387
    const usage = { inputTokens: 10, outputTokens: 1_290, outputImageTokens: 1_290 }
    expect(cost({ provider: 'gcp.gemini', requestModel: 'gemini-2.5-flash-image', usage })).toBe(
      '0.038703',
    )
  })

  it('does not believe in announced prices', () => {
    // 1000 x 0.75/M = 0.00075, 100 x 3.75/M = 0.000375; twice that was announced for 2027
    const call = { provider: 'gcp.gemini', requestModel: 'gemini-3.8-flash', usage: SMALL }
    expect(cost({ ...call, at: '2027-02-01T00:00:00Z' })).toBe('0.001125')
  })
})

describe('DeepSeek', () => {
  it.each([
    // One rate all day: 1 x 0.14 + 0.1 x 0.28
    ['2026-08-16T02:00:00Z', '0.168'],
    // Night: 1 x 0.22 + 0.1 x 0.66
    ['2026-08-17T00:59:59.999Z', '0.286'],
    // Peak: 1 x 0.44 + 0.1 x 1.32
    ['2026-08-17T01:00:00Z', '0.572'],
    ['2026-08-17T04:00:00Z', '0.286'],
    ['2026-08-17T09:59:59.999Z', '0.572'],
    ['2026-08-17T10:00:00Z', '0.286'],
  ])('bills V4 Flash by date and time of day: %s', (at, usd) => {
    const call = { provider: 'deepseek', requestModel: 'deepseek-v4-flash', usage: LARGE, at }
    expect(cost(call)).toBe(usd)
  })

  it.each([
    // Night: 1 x 0.135 + 0.1 x 0.55
    ['2025-03-01T00:29:59Z', '0.19'],
    // Day: 1 x 0.27 + 0.1 x 1.10
    ['2025-03-01T00:30:00Z', '0.38'],
    ['2025-03-01T16:30:00Z', '0.19'],
    // The name went to another model: 1 x 0.56 + 0.1 x 1.68
    ['2025-09-05T16:00:00Z', '0.728'],
  ])('bills deepseek-chat by time of day until it became another model: %s', (at, usd) => {
    const call = { provider: 'deepseek', requestModel: 'deepseek-chat', usage: LARGE, at }
    expect(cost(call)).toBe(usd)
  })
})

describe('resellers', () => {
  it.each([
    // In a region or a geography: 1000 x 3.30/M = 0.0033, 100 x 16.50/M = 0.00165
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', '0.00495'],
    ['jp.anthropic.claude-sonnet-4-5-20250929-v1:0', '0.00495'],
    ['anthropic.claude-sonnet-4-6', '0.00495'],
    // Anywhere: 1000 x 3/M = 0.003, 100 x 15/M = 0.0015
    ['global.anthropic.claude-sonnet-4-5-20250929-v1:0', '0.0045'],
    // 1000 x 1.10/M = 0.0011, 100 x 5.50/M = 0.00055
    [
      'arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0',
      '0.00165',
    ],
    // 1000 x 0.06/M = 0.00006, 100 x 0.24/M = 0.000024
    ['us.amazon.nova-lite-v1:0', '0.000084'],
    ['nova-lite-v1:0', '0.000084'],
    ['arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2', 'opaque_id'],
    ['arn:aws:bedrock:us-east-1:123456789012:provisioned-model/a1b2', 'opaque_id'],
    // GovCloud: 1000 x 3.60/M = 0.0036, 100 x 18/M = 0.0018
    ['us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0', '0.0054'],
    ['us-gov.anthropic.claude-opus-4-6-v1', 'no_rate'],
  ])('Bedrock bills %s', (requestModel, usd) => {
    expect(cost({ provider: 'aws.bedrock', requestModel, usage: SMALL })).toBe(usd)
  })

  it('Bedrock bills the region that was asked for, though the answer does not repeat it', () => {
    const call = {
      provider: 'aws.bedrock',
      responseModel: 'claude-sonnet-4-5-20250929',
      usage: SMALL,
    }
    const requestModel = 'global.anthropic.claude-sonnet-4-5-20250929-v1:0'
    expect(cost({ ...call, requestModel })).toBe('0.0045')
    expect(cost({ ...call, requestModel: requestModel.replace('global', 'us-gov') })).toBe('0.0054')
    // A profile of one's own hides the model, the answer tells it.
    const profile = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2'
    expect(cost({ ...call, requestModel: profile })).toBe('0.00495')
    expect(cost(call)).toBe('0.00495')
  })

  it('Azure bills by the model behind the deployment', () => {
    const call = { provider: 'azure.ai.openai', requestModel: 'our-deployment', usage: SMALL }
    expect(cost({ ...call, responseModel: 'gpt-4o-2024-08-06' })).toBe('0.0035')
    expect(cost(call)).toBe('custom_deployment')
    // 1000 x 0.275/M = 0.000275, 100 x 4.40/M = 0.00044
    const usage = { ...SMALL, cacheReadTokens: 1_000 }
    expect(cost({ ...call, responseModel: 'o4-mini-2025-04-16', usage })).toBe('0.000715')
  })

  it('OpenRouter has prices of its own', () => {
    // 1000 x 2/M = 0.002, 100 x 10/M = 0.001; OpenAI asks 4 and 20
    const requestModel = 'openai/gpt-5.6-sol'
    expect(cost({ provider: 'openrouter', requestModel, usage: SMALL })).toBe('0.003')
    // 1/12 of a dollar for a million: 6 tokens cost half a millionth
    const usage = { inputTokens: 6, cacheWrite5mTokens: 6 }
    const gemini = { provider: 'openrouter', requestModel: 'google/gemini-3-flash-preview' }
    expect(cost({ ...gemini, usage })).toBe('0.0000005')
    // 7 x 1/12/M = 0.00000058333..., rounded at the 18th place
    const seven = { inputTokens: 7, cacheWrite5mTokens: 7 }
    expect(cost({ ...gemini, usage: seven })).toBe('0.000000583333333333')
    expect(rate({ ...gemini, usage: seven }).lines[0]?.rate).toBe('1/12000000')
  })

  it('Groq bills ten seconds of audio at least', () => {
    const call = { provider: 'groq', requestModel: 'whisper-large-v3' }
    // 37.5 x 0.111/3600
    expect(cost({ ...call, usage: { audioSeconds: 37.5 } })).toBe('0.00115625')
    // 10 x 0.111/3600 = 0.000308333...
    const rating = rate({ ...call, usage: { audioSeconds: 3 } })
    expect(formatAmount(rating.costAtto ?? 0n)).toBe('0.000308333333333333')
    expect(rating.lines).toMatchObject([{ unit: 'audio_second', quantity: 10 }])
    expect(cost({ ...call, usage: { audioSeconds: 0 } })).toBe('0')
  })
})

describe('fees and items', () => {
  const sonar = { provider: 'perplexity', requestModel: 'sonar' }

  it('adds the fee of each call where the model has one', () => {
    // 1000 x 1/M = 0.001, 100 x 1/M = 0.0001, 1 x 12/k = 0.012
    expect(cost({ ...sonar, usage: SMALL })).toBe('0.0131')
    expect(rate({ ...sonar, usage: SMALL }).lines.at(-1)).toMatchObject({
      unit: 'request',
      quantity: 1,
    })
    // The span counts: 0.0011 + 3 x 0.012
    expect(cost({ ...sonar, usage: { ...SMALL, requests: 3 } })).toBe('0.0371')
    expect(cost({ ...sonar, usage: { ...SMALL, requests: 0 } })).toBe('0.0011')
    // An agent is not a call.
    expect(cost({ ...sonar, role: 'container', usage: SMALL })).toBe('0.0011')
  })

  it('bills reasoning at its own rate where there is one, and searches', () => {
    const usage = { inputTokens: 100, outputTokens: 1_000, reasoningTokens: 800, webSearches: 4 }
    // 100 x 2/M = 0.0002, 200 x 8/M = 0.0016, 800 x 3/M = 0.0024, 4 x 5/k = 0.02
    const requestModel = 'sonar-deep-research'
    expect(cost({ provider: 'perplexity', requestModel, usage })).toBe('0.0242')
  })

  it.each([
    // 10 x 1/k, 10 x 2/k, 10 x 4/k
    ['2025-12-17T23:59:59Z', '0.01'],
    ['2025-12-18T00:00:00Z', '0.02'],
    ['2026-07-01T00:00:00Z', '0.04'],
  ])('bills pages, by date: %s', (at, usd) => {
    const usage = { pages: 10 }
    expect(cost({ provider: 'mistral_ai', requestModel: 'mistral-ocr-latest', usage, at })).toBe(
      usd,
    )
  })
})
