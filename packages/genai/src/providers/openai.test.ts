import { existsSync, readdirSync, readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { splitUsage } from '../usage.ts'
import { readOpenAIReply } from './openai.ts'
import { mergeReplies, type Reply } from './reply.ts'

test('a chat completion with every kind of token', () => {
  expect(
    readOpenAIReply({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'gpt-audio-2026-01-01',
      service_tier: 'priority',
      choices: [
        { index: 0, finish_reason: 'stop' },
        { index: 1, finish_reason: 'length' },
      ],
      usage: {
        prompt_tokens: 1200,
        completion_tokens: 340,
        total_tokens: 1540,
        prompt_tokens_details: {
          cached_tokens: 1024,
          cache_write_tokens: 128,
          audio_tokens: 16,
          image_tokens: 8,
        },
        completion_tokens_details: {
          reasoning_tokens: 256,
          audio_tokens: 8,
          image_tokens: 4,
          accepted_prediction_tokens: 2,
        },
      },
    }),
  ).toEqual({
    responseId: 'chatcmpl-1',
    responseModel: 'gpt-audio-2026-01-01',
    serviceTier: 'priority',
    finishReasons: ['stop', 'length'],
    usage: {
      inputTokens: 1200,
      cacheReadTokens: 1024,
      cacheWrite5mTokens: 128,
      inputAudioTokens: 16,
      inputImageTokens: 8,
      outputTokens: 340,
      reasoningTokens: 256,
      outputAudioTokens: 8,
      outputImageTokens: 4,
    },
  })
})

test('chunks of a chat completion, the last one with usage', () => {
  const chunks = [
    // Azure's first chunk is about its content filter and names nothing.
    { id: '', model: '', choices: [], prompt_filter_results: [] },
    {
      id: 'c1',
      model: 'gpt-4o-2024-08-06',
      choices: [{ index: 1, delta: {}, finish_reason: null }],
    },
    { id: 'c1', model: 'gpt-4o-2024-08-06', choices: [{ index: 1, finish_reason: 'tool_calls' }] },
    { id: 'c1', choices: [{ index: 0, finish_reason: 'stop' }], usage: null },
    { id: 'c1', choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } },
  ]
  expect(readStream(chunks)).toEqual({
    responseId: 'c1',
    responseModel: 'gpt-4o-2024-08-06',
    finishReasons: ['stop', 'tool_calls'],
    usage: { inputTokens: 7, outputTokens: 2 },
  })
})

test('a Response, with cache writes of two lifetimes', () => {
  expect(
    readOpenAIReply({
      id: 'resp_1',
      object: 'response',
      status: 'completed',
      model: 'gpt-5-mini-2025-08-07',
      service_tier: 'default',
      output: [{ type: 'reasoning' }, { type: 'message' }],
      usage: {
        input_tokens: 4020,
        input_tokens_details: {
          cached_tokens: 1000,
          cache_write_tokens: 3000,
          cache_write_tokens_details: { ttl_30m_tokens: 1800, ttl_12h_tokens: 1200 },
        },
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 32 },
        total_tokens: 4070,
      },
    }),
  ).toEqual({
    responseId: 'resp_1',
    responseModel: 'gpt-5-mini-2025-08-07',
    serviceTier: 'default',
    finishReasons: ['stop'],
    usage: {
      inputTokens: 4020,
      cacheReadTokens: 1000,
      cacheWrite5mTokens: 1800,
      cacheWrite1hTokens: 1200,
      outputTokens: 50,
      reasoningTokens: 32,
    },
  })
})

test('events of a Responses stream: the tier that served replaces the one asked for', () => {
  const events = [
    {
      type: 'response.created',
      response: { id: 'resp_2', status: 'in_progress', service_tier: 'auto', usage: null },
    },
    { type: 'response.output_text.delta', delta: 'Hello' },
    {
      type: 'response.completed',
      response: {
        id: 'resp_2',
        status: 'completed',
        model: 'gpt-4o-mini-2024-07-18',
        service_tier: 'default',
        output: [{ type: 'function_call' }],
        usage: { input_tokens: 22, output_tokens: 6, total_tokens: 28 },
      },
    },
  ]
  expect(readStream(events)).toEqual({
    responseId: 'resp_2',
    responseModel: 'gpt-4o-mini-2024-07-18',
    serviceTier: 'default',
    finishReasons: ['tool_calls'],
    usage: { inputTokens: 22, outputTokens: 6 },
  })
})

test.each([
  [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, ['length']],
  [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, ['content_filter']],
  [{ status: 'incomplete', incomplete_details: null }, ['length']],
  [{ status: 'cancelled' }, ['error']],
  [{ status: 'queued' }, undefined],
])('the status %j is the finish reason %j', (response, reasons) => {
  expect(readOpenAIReply(response).finishReasons).toEqual(reasons)
})

test('a Response that failed says so', () => {
  const response = { status: 'failed', error: { code: 'server_error', message: 'Sorry' } }
  expect(readOpenAIReply({ type: 'response.failed', response })).toEqual({
    finishReasons: ['error'],
    errorType: 'server_error',
  })
  expect(readOpenAIReply({ status: 'failed', error: null }).errorType).toBe('failed')
})

test('embeddings have input only', () => {
  expect(
    readOpenAIReply({
      object: 'list',
      model: 'text-embedding-3-small',
      data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
      usage: { prompt_tokens: 12, total_tokens: 12 },
    }),
  ).toEqual({ responseModel: 'text-embedding-3-small', usage: { inputTokens: 12 } })
})

describe('hosts that speak like OpenAI', () => {
  test('xAI leaves reasoning out of its completion tokens', () => {
    const usage = {
      prompt_tokens: 291,
      completion_tokens: 26,
      total_tokens: 506,
      prompt_tokens_details: { cached_tokens: 244 },
      completion_tokens_details: { reasoning_tokens: 189 },
    }
    expect(readOpenAIReply({ usage }).usage).toEqual({
      inputTokens: 291,
      cacheReadTokens: 244,
      outputTokens: 215,
      reasoningTokens: 189,
    })
  })

  test('Gemini does not even list it', () => {
    const usage = { prompt_tokens: 35, completion_tokens: 12, total_tokens: 109 }
    expect(readOpenAIReply({ usage }).usage).toEqual({ inputTokens: 35, outputTokens: 74 })
  })

  test('cached tokens beside the totals', () => {
    const usage = { prompt_tokens: 64, completion_tokens: 6, total_tokens: 70 }
    expect(readOpenAIReply({ usage: { ...usage, cached_tokens: 10 } }).usage?.cacheReadTokens).toBe(
      10,
    )
    expect(
      readOpenAIReply({ usage: { ...usage, num_cached_tokens: 32 } }).usage?.cacheReadTokens,
    ).toBe(32)
  })

  test('Groq puts the usage of a stream into a member of its own', () => {
    const usage = { prompt_tokens: 210, completion_tokens: 15, total_tokens: 225 }
    expect(readOpenAIReply({ choices: [], x_groq: { id: 'req_1', usage } }).usage).toEqual({
      inputTokens: 210,
      outputTokens: 15,
    })
  })
})

test.each([
  [undefined],
  [null],
  ['text'],
  [42],
  [[]],
  [{}],
  [{ usage: 'many' }],
  [{ usage: { prompt_tokens: '12', completion_tokens: -1, total_tokens: 1.5 } }],
  [{ usage: { input_tokens: null, input_tokens_details: [null] }, choices: { length: 3 } }],
  [{ id: 7, model: {}, service_tier: false, choices: [null, { finish_reason: 3 }] }],
  [{ choices: [{ index: 1e9, finish_reason: 'stop' }] }],
])('nothing is read from %j', (body) => {
  expect(readOpenAIReply(body)).toEqual({})
})

test('no value makes it throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (usage, response) => {
      expect(readOpenAIReply({ usage, response, choices: usage, x_groq: response })).toBeTypeOf(
        'object',
      )
    }),
  )
})

const RECORDINGS = new URL('../../../../../shared/fixtures/recordings/', import.meta.url)
const SHAPED_LIKE_OPENAI =
  /^(openai|azure_openai|alibaba|cerebras|deepseek|groq|huggingface|mistral_ai|moonshot_ai|openrouter|perplexity|together|x_ai)-(chat|responses|embeddings)-(?!error|stream-error)/
/** Made up by its author: three reasoning and four audio tokens among four output tokens. */
const IMPOSSIBLE = 'openai-chat-d5bd4688.json'

test('every recorded reply with usage can be split into units', (context) => {
  if (!existsSync(RECORDINGS)) context.skip('no shared recordings beside this checkout')
  const files = readdirSync(RECORDINGS).filter(
    (name) => SHAPED_LIKE_OPENAI.test(name) && name !== IMPOSSIBLE,
  )
  expect(files.length).toBeGreaterThan(40)
  const unread: string[] = []
  for (const name of files) {
    const recording = JSON.parse(readFileSync(new URL(name, RECORDINGS), 'utf8'))
    if (recording.usage_found.every((found: { path: string }) => !found.path.endsWith('usage'))) {
      continue
    }
    const { usage = {} } = readStream(readBodies(recording))
    if (splitUsage(usage).kind !== 'units') unread.push(`${name} ${JSON.stringify(usage)}`)
  }
  expect(unread).toEqual([])
})

function readBodies(recording: { body_kind: string; body: unknown }): readonly unknown[] {
  if (recording.body_kind === 'json') return [recording.body]
  if (Array.isArray(recording.body)) return recording.body
  return String(recording.body)
    .split('\n')
    .filter((line) => line.startsWith('data:') && !line.includes('[DONE]'))
    .map((line): unknown => JSON.parse(line.slice('data:'.length)))
}

function readStream(parts: readonly unknown[]): Reply {
  return parts.map(readOpenAIReply).reduce(mergeReplies, {})
}

test.each([
  ['OpenRouter', { cost: 0.0000215 }, '0.0000215'],
  ['OpenRouter, for a free model', { cost: 0 }, '0'],
  ['xAI', { cost_in_usd_ticks: 158_500 }, '0.00001585'],
])('%s says what it billed', (_, usage, amount) => {
  expect(readOpenAIReply({ usage }).reportedCost).toEqual({ amount, currency: 'USD' })
})

test.each([{ cost: 'much' }, { cost: -1 }, { cost: null }, {}])('%j says no cost', (usage) => {
  expect(readOpenAIReply({ usage }).reportedCost).toBeUndefined()
})
