import { diag } from '@opentelemetry/api'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { readContentLimits, type ContentLimits } from './content-mode.ts'
import { captureContent } from './content.ts'

const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'
const LIMITS: ContentLimits = { maxCharacters: 32_768, maxMessages: 100 }

/** What the span would get, parsed. */
function capture(request: unknown, chunks: readonly unknown[] = [], limits = LIMITS) {
  const content = captureContent('chat', request, limits)
  for (const chunk of chunks) content?.receive(chunk)
  const attributes = { ...content?.request, ...content?.describeReply(['stop']) }
  return Object.fromEntries(
    Object.entries(attributes).map(([key, text]): [string, unknown] => [
      key.replace('gen_ai.', ''),
      JSON.parse(String(text)),
    ]),
  )
}

const text = (content: string) => ({ type: 'text', content })
const reply = (...parts: readonly object[]) => [{ role: 'assistant', parts, finish_reason: 'stop' }]
const CALL = { type: 'tool_call', id: 'c1', name: 'find', arguments: '{"a":1}' }

describe('whether content is captured', () => {
  const warn = vi.spyOn(diag, 'warn')
  afterEach(() => void warn.mockClear())

  test.each([undefined, '', 'false', 'NO_CONTENT'])('%s: nothing, and nothing is said', (mode) => {
    expect(readContentLimits({ [VARIABLE]: mode })).toBeUndefined()
    expect(warn).not.toHaveBeenCalled()
  })
  test.each(['true', 'SPAN_ONLY', 'span_and_event'])('%s: on spans', (mode) => {
    expect(readContentLimits({ [VARIABLE]: mode })).toEqual(LIMITS)
  })
  test.each(['EVENT_ONLY', 'yes'])('%s: nothing, with a warning', (mode) => {
    expect(readContentLimits({ [VARIABLE]: mode })).toBeUndefined()
    expect(warn).toHaveBeenCalledOnce()
  })
  test('no more than the tracing SDK leaves of an attribute', () => {
    const env = { [VARIABLE]: 'true', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '500' }
    expect(readContentLimits(env)?.maxCharacters).toBe(500)
  })
})

test.each<[string, unknown, Record<string, unknown>]>([
  [
    'chat completions',
    {
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Hi' },
            { type: 'image_url', url: 'x' },
          ],
        },
        {
          role: 'assistant',
          tool_calls: [{ id: 'c1', function: { name: 'find', arguments: '{"a":1}' } }],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'found' },
      ],
      tools: [{ type: 'function', function: { name: 'find', parameters: {} } }],
    },
    {
      'input.messages': [
        { role: 'system', parts: [text('Be brief.')] },
        { role: 'user', parts: [text('Hi'), { type: 'image_url' }] },
        { role: 'assistant', parts: [CALL] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'found' }] },
      ],
      'tool.definitions': [{ type: 'function', name: 'find' }],
    },
  ],
  [
    'Anthropic',
    {
      system: [{ type: 'text', text: 'Be brief.' }],
      messages: [
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'c1', name: 'find', input: { a: 1 } }],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c1', content: 'found' }] },
      ],
    },
    {
      system_instructions: [text('Be brief.')],
      'input.messages': [
        { role: 'assistant', parts: [CALL] },
        { role: 'user', parts: [{ type: 'tool_call_response', id: 'c1', response: 'found' }] },
      ],
    },
  ],
  [
    'Gemini',
    {
      contents: [
        {
          role: 'user',
          parts: [{ text: 'Hi' }, { inlineData: { data: 'AAAA', mimeType: 'image/png' } }],
        },
      ],
      config: { systemInstruction: { parts: [{ text: 'Be brief.' }] } },
    },
    {
      system_instructions: [text('Be brief.')],
      'input.messages': [{ role: 'user', parts: [text('Hi'), { type: 'inlineData' }] }],
    },
  ],
  [
    'OpenAI responses',
    {
      instructions: 'Be brief.',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
        { type: 'function_call', call_id: 'c1', name: 'find', arguments: '{"a":1}' },
        { type: 'function_call_output', call_id: 'c1', output: 'found' },
      ],
    },
    {
      system_instructions: [text('Be brief.')],
      'input.messages': [
        { role: 'user', parts: [text('Hi')] },
        { role: 'assistant', parts: [CALL] },
        { role: 'tool', parts: [{ type: 'tool_call_response', id: 'c1', response: 'found' }] },
      ],
    },
  ],
])('a request: %s', (_, request, expected) => {
  expect(capture(request)).toEqual(expected)
})

const toolDelta = (index: number, bits: object) => ({
  choices: [
    {
      index: 0,
      delta: { tool_calls: [{ index, function: bits, ...('name' in bits && { id: 'c1' }) }] },
    },
  ],
})

test.each<[string, readonly unknown[], readonly object[]]>([
  [
    'a stream of chat completions',
    [
      { choices: [{ index: 0, delta: { content: 'He' } }] },
      { choices: [{ index: 0, delta: { content: 'llo' } }] },
      toolDelta(0, { name: 'find', arguments: '' }),
      toolDelta(0, { arguments: '{"a"' }),
      toolDelta(0, { arguments: ':1}' }),
    ],
    [text('Hello'), CALL],
  ],
  [
    'a stream of Anthropic',
    [
      { type: 'message_start', message: { role: 'assistant', content: [] } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hello' } },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 'c1', name: 'find', input: {} },
      },
      { type: 'content_block_delta', index: 2, delta: { partial_json: '{"a":' } },
      { type: 'content_block_delta', index: 2, delta: { partial_json: '1}' } },
    ],
    [{ type: 'reasoning', content: 'Hm' }, text('Hello'), CALL],
  ],
  [
    'a stream of Bedrock',
    [
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hello' } } },
      {
        contentBlockStart: {
          contentBlockIndex: 1,
          start: { toolUse: { toolUseId: 'c1', name: 'find' } },
        },
      },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { toolUse: { input: '{"a":1}' } } } },
    ],
    [text('Hello'), CALL],
  ],
  [
    'a stream of responses, whose last event repeats all',
    [
      { type: 'response.output_text.delta', delta: 'Hel' },
      {
        type: 'response.completed',
        response: {
          output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }],
        },
      },
    ],
    [text('Hello')],
  ],
])('a reply: %s', (_, chunks, parts) => {
  expect(capture({}, chunks)).toEqual({ 'output.messages': reply(...parts) })
})

test('operations whose spans have no content by the conventions have none', () => {
  expect(captureContent('embeddings', { input: 'secret' }, LIMITS)).toBeUndefined()
})

test('a long text is cut and the JSON stays whole; of many messages, the newest stay', () => {
  const messages = Array.from({ length: 300 }, (_, index) => ({
    role: 'user',
    content: `${index}`,
  }))
  const kept = capture({ messages }, [], { maxCharacters: 32_768, maxMessages: 2 })
  expect(kept).toEqual({
    'input.messages': [
      { role: 'user', parts: [text('298')] },
      { role: 'user', parts: [text('299')] },
    ],
  })
  const long = captureContent(
    'chat',
    { prompt: '"'.repeat(100_000) },
    { ...LIMITS, maxCharacters: 200 },
  )
  const value = String(long?.request['gen_ai.input.messages'])
  expect(value.length).toBeLessThanOrEqual(200)
  expect(JSON.parse(value)).toEqual([{ role: 'user', parts: [text(`${'"'.repeat(50)}…`)] }])
})

test('of an endless answer, no more is kept in memory than may be written', () => {
  const content = captureContent('chat', {}, { ...LIMITS, maxCharacters: 300 })
  for (let count = 0; count < 10_000; count += 1) {
    content?.receive({ choices: [{ index: count, delta: { content: 'abcdefghij' } }] })
  }
  expect(String(content?.describeReply([])['gen_ai.output.messages']).length).toBeLessThan(301)
})

test('what cannot be read is left out', () => {
  const circular: Record<string, unknown> = {}
  circular['input'] = circular
  expect(
    capture({ messages: [{ role: 'user', content: [{ type: 'tool_use', input: circular }] }] }),
  ).toEqual({})
  expect(capture(undefined, [null, 5, 'a', { choices: 3 }, { choices: [null] }])).toEqual({})
})
