import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test, type TestContext } from 'vitest'
import { splitUsage, type Units } from '../usage.ts'
import {
  mergeReplies,
  readAnthropicReply,
  readBedrockReply,
  readCohereReply,
  readGeminiReply,
  readOllamaReply,
  readOpenAIReply,
  readTranscriptionReply,
  readVoyageReply,
  type Reply,
} from './index.ts'

/** What providers really answered; beside this checkout, where it is there at all. */
const RECORDINGS = new URL('../../../../../shared/fixtures/recordings/', import.meta.url)

interface Recording {
  readonly body_kind: string
  readonly body: unknown
  readonly usage_found: readonly { readonly path: string; readonly value: unknown }[]
}

/** The first pattern that a file's name matches says whose reply it is. */
const READERS: readonly (readonly [RegExp, (body: unknown) => Reply])[] = [
  [/^(openai|mistral_ai)-audio/, readTranscriptionReply],
  [/^anthropic/, readAnthropicReply],
  [/^aws_bedrock/, readBedrockReply],
  [/^cohere/, readCohereReply],
  [/^gcp_gemini-chat/, readOpenAIReply],
  [/^gcp/, readGeminiReply],
  [/^ollama-(generate|chat-f10831bc)/, readOllamaReply],
  [/^voyage/, readVoyageReply],
  [/./, readOpenAIReply],
]

/** Made up by its author: three reasoning and four audio tokens among four output tokens. */
const IMPOSSIBLE = 'openai-chat-d5bd4688.json'

function listRecordings(context: TestContext): readonly string[] {
  if (!existsSync(RECORDINGS)) context.skip('no shared recordings beside this checkout')
  const isReply = (name: string) => name !== 'MANIFEST.json' && name !== IMPOSSIBLE
  return readdirSync(RECORDINGS).filter(isReply)
}

function load(name: string): Recording {
  return JSON.parse(readFileSync(new URL(name, RECORDINGS), 'utf8')) as Recording
}

function readBodies({ body_kind: kind, body }: Recording): readonly unknown[] {
  if (typeof body === 'string') {
    return body
      .split('\n')
      .filter((line) => line.startsWith('data:') && !line.includes('[DONE]'))
      .map((line): unknown => JSON.parse(line.slice('data:'.length)))
  }
  if (!Array.isArray(body)) return [body]
  if (kind !== 'events') return body
  return body.map(({ payload }: { payload: { chunk?: unknown } }) => payload.chunk ?? payload)
}

function readUnits(name: string): Units | string {
  const reader = READERS.find(([pattern]) => pattern.test(name))![1]
  const reply = readBodies(load(name)).map(reader).reduce(mergeReplies, {})
  const split = splitUsage(reply.usage ?? {})
  return split.kind === 'units' ? split.units : split.kind
}

const TOKENS = /^(input|cache|output|reasoning)/

function sumTokens(units: Units): number {
  return [...units].reduce((sum, [unit, count]) => (TOKENS.test(unit) ? sum + count : sum), 0)
}

/** The last total that the recording's own usage names. */
function findTotal({ usage_found: found }: Recording): number | undefined {
  const totals = found.flatMap(({ value }) => {
    const usage = (value ?? {}) as Readonly<Record<string, unknown>>
    return [usage.total_tokens, usage.totalTokens, usage.totalTokenCount].filter(
      (total) => typeof total === 'number',
    )
  })
  return totals.at(-1)
}

test('wherever a reply names a total, the units add up to it', (context) => {
  const checked: string[] = []
  const wrong = listRecordings(context).flatMap((name) => {
    const total = findTotal(load(name))
    if (total === undefined) return []
    checked.push(name)
    const units = readUnits(name)
    const sum = typeof units === 'string' ? units : sumTokens(units)
    return sum === total ? [] : [`${name}: ${sum}, not ${total}`]
  })
  expect(wrong).toEqual([])
  expect(checked.length).toBeGreaterThan(80)
})

test('no reply has usage that cannot be split', (context) => {
  const bad = listRecordings(context).filter((name) => readUnits(name) === 'bad_usage')
  expect(bad).toEqual([])
})

/** Replies without a total, and those with more than tokens, read by hand. */
test.for<[name: string, units: Record<string, number> | string]>([
  ['anthropic-messages-a4e7119e', { input: 3, cache_read: 1111, cache_write: 418, output: 33 }],
  ['anthropic-messages-503f23b8', { input: 13, reasoning: 33, output: 11 }],
  // Compaction: 100 in, 55096 written and 131 out beside 229 in and 5 out.
  ['anthropic-messages-16872829', { input: 329, cache_write: 55096, output: 136 }],
  // A web search turn, which splits none of its writes by lifetime.
  ['anthropic-messages-c9e0680a', { input: 1231, cache_write: 1200, output: 5 }],
  // Streams: the start has the lifetimes, the end the totals.
  [
    'anthropic-messages-stream-3eca1326',
    { input: 1, cache_read: 1057, cache_write: 102, output: 22 },
  ],
  ['anthropic-messages-stream-9224a05a', { input: 11665, output: 186, web_search: 1 }],
  ['anthropic-messages-stream-db05b233', { input: 50, reasoning: 53, output: 40 }],
  ['anthropic-messages-stream-ac6ff8e6', { input: 412, output: 264 }],
  ['anthropic-text_completion-3b0dd9af', 'no_usage'],
  ['aws_bedrock-converse-f5a02dbe', { input: 3, cache_read: 2074, cache_write: 297, output: 61 }],
  [
    'aws_bedrock-invoke_model-5930e958',
    { input: 3, cache_read: 9511, cache_write: 1956, output: 44 },
  ],
  ['aws_bedrock-invoke_model-stream-97fe396a', { input: 8, output: 17 }],
  ['aws_bedrock-invoke_model-stream-1c4addb8', { input: 12, output: 13 }],
  // Billed, not used: 506 tokens went in, 448 of them cached.
  ['cohere-chat-6f53ffa1', { input: 11, output: 4 }],
  ['cohere-chat-stream-edae61e3', { input: 62, output: 28 }],
  ['cohere-embeddings-dc94bf44', { input: 208 }],
  ['cohere-generate-stream-a4211b9c', { input: 5, output: 55 }],
  ['cohere-rerank-13220b3d', { search: 1 }],
  // 143 of the 258 tokens of images are cached, and 48 of text.
  [
    'gcp_gemini-generate_content-4c19d880',
    { input: 39, cache_read: 191, input_image: 115, reasoning: 98, output: 70 },
  ],
  ['gcp_gemini-generate_content-604b7868', { input: 302, output: 194 }],
  ['gcp_gemini-interactions-16d7cc2f', { input: 151, reasoning: 249, output: 973 }],
  [
    'gcp_vertex_ai-generate_content-4d5bae7b',
    { input: 113, input_audio: 80, reasoning: 332, output: 74 },
  ],
  ['gcp_vertex_ai-embeddings-d9948dd4', { input: 11 }],
  ['ollama-generate-stream-895a48cf', { input: 16, output: 51 }],
  ['ollama-chat-f10831bc', { input: 17, output: 66 }],
  ['voyage-rerank-3a8e4a57', { input: 43 }],
  ['openai-audio_transcription-58a014e0', { input: 5, input_audio: 21, output: 4 }],
  ['openai-audio_transcription-d146a5a4', { audio_second: 37 }],
  ['mistral_ai-audio_transcription-a19d5b01', { input: 13, output: 151, audio_second: 36 }],
])('%s', ([name, expected], context) => {
  expect(listRecordings(context)).toContain(`${name}.json`)
  const units = readUnits(`${name}.json`)
  expect(typeof units === 'string' ? units : Object.fromEntries(units)).toEqual(expected)
})
