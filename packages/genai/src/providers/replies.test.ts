import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  mergeReplies,
  readAnthropicReply,
  readBedrockReply,
  readCohereReply,
  readGeminiReply,
  readMistralReply,
  readOllamaReply,
  readTranscriptionReply,
  readVoyageReply,
} from './index.ts'

describe('Anthropic', () => {
  const usage = {
    input_tokens: 25,
    cache_read_input_tokens: 2000,
    cache_creation_input_tokens: 300,
    cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
    output_tokens: 90,
    output_tokens_details: { thinking_tokens: 60 },
    server_tool_use: { web_search_requests: 2, web_fetch_requests: 1 },
    service_tier: 'priority',
  }
  const units = {
    inputTokens: 2325,
    cacheReadTokens: 2000,
    cacheWrite5mTokens: 200,
    cacheWrite1hTokens: 100,
    outputTokens: 90,
    reasoningTokens: 60,
    webSearches: 2,
  }

  test('a message with cache writes of both lifetimes, and searches', () => {
    const message = { id: 'msg_1', model: 'claude-opus-4-8', stop_reason: 'end_turn', usage }
    expect(readAnthropicReply(message)).toEqual({
      responseId: 'msg_1',
      responseModel: 'claude-opus-4-8',
      serviceTier: 'priority',
      finishReasons: ['end_turn'],
      usage: units,
    })
  })

  test('a stream: its end repeats the writes without their lifetimes', () => {
    const { cache_creation: _, service_tier: __, ...final } = usage
    const message = { id: 'msg_1', usage: { ...usage, output_tokens: 1 } }
    const events = [
      { type: 'message_start', message },
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'Hi' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: final },
      { type: 'message_stop' },
    ]
    expect(events.map(readAnthropicReply).reduce(mergeReplies, {})).toEqual({
      responseId: 'msg_1',
      serviceTier: 'priority',
      finishReasons: ['end_turn'],
      usage: units,
    })
  })

  test('fast mode is its tier, and an error says its kind', () => {
    const fast = { usage: { input_tokens: 1, speed: 'fast', service_tier: 'standard' } }
    expect(readAnthropicReply(fast).serviceTier).toBe('fast')
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Sorry' } }
    expect(readAnthropicReply(error)).toEqual({ errorType: 'overloaded_error' })
  })
})

describe('Bedrock', () => {
  test('Converse with writes of both lifetimes', () => {
    const usage = {
      inputTokens: 25,
      outputTokens: 90,
      totalTokens: 2415,
      cacheReadInputTokens: 2000,
      cacheWriteInputTokens: 300,
      cacheDetails: [
        { ttl: '5m', inputTokens: 200 },
        { ttl: '1h', inputTokens: 100 },
      ],
    }
    const reply = { usage, stopReason: 'end_turn', serviceTier: { type: 'flex' } }
    expect(readBedrockReply(reply)).toEqual({
      serviceTier: 'flex',
      finishReasons: ['end_turn'],
      usage: {
        inputTokens: 2325,
        cacheReadTokens: 2000,
        cacheWrite5mTokens: 200,
        cacheWrite1hTokens: 100,
        outputTokens: 90,
      },
    })
    const events = [{ messageStop: { stopReason: 'max_tokens' } }, { metadata: { usage } }]
    expect(events.map(readBedrockReply).reduce(mergeReplies, {})).toMatchObject({
      finishReasons: ['max_tokens'],
      usage: { inputTokens: 2325 },
    })
  })

  test.each([
    ['Claude', { usage: { input_tokens: 5, output_tokens: 7 } }],
    ['Nova', { usage: { inputTokens: 5, outputTokens: 7, totalTokens: 12 } }],
    ['Titan', { inputTextTokenCount: 5, results: [{ tokenCount: 7, outputText: 'Hi' }] }],
    ['Llama', { prompt_token_count: 5, generation_token_count: 7, generation: 'Hi' }],
  ])('InvokeModel with %s', (_, reply) => {
    expect(readBedrockReply(reply).usage).toEqual({ inputTokens: 5, outputTokens: 7 })
  })
})

describe('Gemini', () => {
  test('thoughts and the input of tools are added, cached audio is listed apart', () => {
    const usageMetadata = {
      promptTokenCount: 1000,
      toolUsePromptTokenCount: 50,
      cachedContentTokenCount: 400,
      candidatesTokenCount: 80,
      thoughtsTokenCount: 20,
      totalTokenCount: 1150,
      trafficType: 'ON_DEMAND_PRIORITY',
      promptTokensDetails: [
        { modality: 'AUDIO', tokenCount: 300 },
        { modality: 'TEXT', tokenCount: 700 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 100 }],
      candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 60 }],
    }
    const candidates = [{ finishReason: 'STOP' }]
    const reply = { modelVersion: 'gemini-3-pro', responseId: 'r1', candidates, usageMetadata }
    expect(readGeminiReply(reply)).toEqual({
      responseModel: 'gemini-3-pro',
      responseId: 'r1',
      serviceTier: 'priority',
      finishReasons: ['STOP'],
      usage: {
        inputTokens: 1050,
        cacheReadTokens: 300,
        inputAudioTokens: 200,
        cacheReadAudioTokens: 100,
        outputTokens: 100,
        reasoningTokens: 20,
        outputImageTokens: 60,
      },
    })
  })

  test('ordinary traffic and chunks without counts', () => {
    const metadata = (trafficType: string) => ({ usageMetadata: { trafficType } })
    expect(readGeminiReply(metadata('ON_DEMAND'))).toEqual({ serviceTier: 'on_demand' })
    expect(readGeminiReply(metadata('ON_DEMAND_FLEX'))).toEqual({ serviceTier: 'flex' })
  })
})

test('Cohere: what is billed, not what was used', () => {
  const usage = { billed_units: { input_tokens: 11, output_tokens: 4 }, cached_tokens: 448 }
  expect(readCohereReply({ id: 'c1', finish_reason: 'COMPLETE', usage })).toEqual({
    responseId: 'c1',
    finishReasons: ['COMPLETE'],
    usage: { inputTokens: 11, outputTokens: 4 },
  })
  const tokens = { input_tokens: 3, output_tokens: 2 }
  expect(readCohereReply({ delta: { usage: { tokens } } }).usage).toEqual({
    inputTokens: 3,
    outputTokens: 2,
  })
})

test.each([
  readAnthropicReply,
  readBedrockReply,
  readCohereReply,
  readGeminiReply,
  readMistralReply,
  readOllamaReply,
  readTranscriptionReply,
  readVoyageReply,
])('nothing makes %o throw, and nothing malformed is read', (read) => {
  for (const body of [undefined, null, 'text', 42, [], {}, { usage: 'many' }, { usage: [null] }]) {
    expect(read(body)).toEqual({})
  }
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (usage, other) => {
      const body = { usage, message: other, meta: usage, delta: other, usageMetadata: usage }
      expect(read(body)).toBeTypeOf('object')
      expect(read(other)).toBeTypeOf('object')
    }),
  )
})

describe('Mistral, as its SDK hands replies on', () => {
  const usage = { promptTokens: 124, completionTokens: 22, totalTokens: 146 }

  test('a chat completion, with cached tokens under each of their names', () => {
    const reply = {
      id: 'c1',
      model: 'mistral-small-2603',
      choices: [{ index: 0, finishReason: 'stop' }],
    }
    const read = {
      responseId: 'c1',
      responseModel: 'mistral-small-2603',
      finishReasons: ['stop'],
      usage: { inputTokens: 124, cacheReadTokens: 32, outputTokens: 22 },
    }
    for (const cached of [
      { num_cached_tokens: 32 },
      { prompt_tokens_details: { cached_tokens: 32 } },
      { additionalProperties: { num_cached_tokens: 32 } },
    ]) {
      expect(readMistralReply({ ...reply, usage: { ...usage, ...cached } })).toEqual(read)
    }
  })

  test('a stream has its usage in the last event, and the tier beside it', () => {
    const events = [
      { data: { id: 'c1', model: 'm', choices: [{ index: 0, finishReason: null }] } },
      {
        data: {
          id: 'c1',
          choices: [{ index: 0, finishReason: 'length' }],
          usage: { ...usage, serviceTier: 'priority' },
        },
      },
    ]
    expect(events.map(readMistralReply).reduce(mergeReplies, {})).toEqual({
      responseId: 'c1',
      responseModel: 'm',
      serviceTier: 'priority',
      finishReasons: ['length'],
      usage: { inputTokens: 124, outputTokens: 22 },
    })
  })

  test('a conversation: what its tools put in is only in the total', () => {
    const counts = { ...usage, totalTokens: 7146, connectorTokens: 7000 }
    const data = {
      type: 'conversation.response.done',
      usage: { ...counts, connectors: { web_search: 2 } },
    }
    expect(readMistralReply({ event: 'conversation.response.done', data }).usage).toEqual({
      inputTokens: 7124,
      outputTokens: 22,
      webSearches: 2,
    })
  })

  test('audio by the second, pages one by one', () => {
    const audio = { ...usage, promptAudioSeconds: 36 }
    expect(readMistralReply({ model: 'v', usage: audio })).toEqual({
      responseModel: 'v',
      usage: { inputTokens: 124, outputTokens: 22, audioSeconds: 36 },
    })
    const pages = { model: 'mistral-ocr-2512', pages: [{}], usageInfo: { pagesProcessed: 3 } }
    expect(readMistralReply(pages).usage).toEqual({ pages: 3 })
  })

  test('zeros are what the SDK makes of no usage', () => {
    const zeros = { promptTokens: 0, completionTokens: 0, totalTokens: 0 }
    expect(readMistralReply({ id: 'c1', usage: zeros })).toEqual({ responseId: 'c1' })
  })

  test('embeddings have input only', () => {
    const counts = { promptTokens: 10, completionTokens: 0, totalTokens: 10 }
    const reply = { id: 'e1', model: 'mistral-embed', data: [{ embedding: [0.5] }], usage: counts }
    expect(readMistralReply(reply).usage).toEqual({ inputTokens: 10, outputTokens: 0 })
  })
})

test('a verbose transcription without usage is as long as its recording', () => {
  const text = { text: 'Hi', segments: [] }
  expect(readTranscriptionReply({ ...text, duration: 8.47 }).usage).toEqual({ audioSeconds: 8.47 })
  const usage = { type: 'tokens', input_tokens: 14, output_tokens: 2 }
  expect(readTranscriptionReply({ ...text, duration: 8.47, usage }).usage).toEqual({
    inputTokens: 14,
    outputTokens: 2,
  })
})

test('Ollama: newer parts of its API count as others do', () => {
  const usage = { input_tokens: 30, output_tokens: 4 }
  expect(readOllamaReply({ model: 'm', answers: {}, usage })).toEqual({
    responseModel: 'm',
    usage: { inputTokens: 30, outputTokens: 4 },
  })
})

describe('SDKs that respell what the API sends', () => {
  test('Cohere: billed units in camel case, tokens of images beside those of text', () => {
    const usage = {
      billedUnits: { inputTokens: 11, outputTokens: 4, imageTokens: 30, searchUnits: 1, pages: 2 },
      tokens: { inputTokens: 506, outputTokens: 5 },
      cachedTokens: 448,
    }
    expect(readCohereReply({ id: 'r1', finishReason: 'MAX_TOKENS', usage })).toEqual({
      responseId: 'r1',
      finishReasons: ['MAX_TOKENS'],
      usage: { inputTokens: 41, inputImageTokens: 30, outputTokens: 4, searches: 1, pages: 2 },
    })
    const end = { type: 'message-end', delta: { finishReason: 'COMPLETE', usage } }
    expect(readCohereReply(end)).toMatchObject({
      finishReasons: ['COMPLETE'],
      usage: { outputTokens: 4 },
    })
  })

  test('Google: embeddings counted text by text, images one by one', () => {
    const embeddings = [5, 6].map((tokenCount) => ({ values: [0.5], statistics: { tokenCount } }))
    expect(readGeminiReply({ embeddings }).usage).toEqual({ inputTokens: 11 })
    const generatedImages = [{ image: { imageBytes: '' } }, { raiFilteredReason: 'unsafe' }]
    expect(readGeminiReply({ generatedImages }).usage).toEqual({ images: 1 })
  })
})
