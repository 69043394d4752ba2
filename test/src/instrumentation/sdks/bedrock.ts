import { createServer, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2'
import { crc32 } from 'node:zlib'
import type * as Sdk from '@aws-sdk/client-bedrock-runtime'
import type { BedrockRuntime } from '@aws-sdk/client-bedrock-runtime'
import type { ReplayServer } from '../../demo/replies-over-http.ts'
import { catchError, expectFailure, expectSpan, readAll, type TestedSdk } from '../sdk.ts'

type Commands = Pick<typeof Sdk, 'ConverseCommand' | 'ListAsyncInvokesCommand'>

interface Bedrock {
  readonly client: BedrockRuntime
  readonly sdk: Commands
}

const MODEL = 'us.anthropic.claude-sonnet'
const USAGE = {
  inputTokens: 25,
  cacheReadInputTokens: 2000,
  cacheWriteInputTokens: 300,
  cacheDetails: [
    { ttl: '5m', inputTokens: 200 },
    { ttl: '1h', inputTokens: 100 },
  ],
  outputTokens: 90,
  totalTokens: 2415,
}
const NATIVE_USAGE = {
  input_tokens: 25,
  cache_read_input_tokens: 2000,
  cache_creation_input_tokens: 300,
  cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
  output_tokens: 90,
}
const MESSAGE = { role: 'assistant', content: [{ text: 'Hi' }] }

/** Bedrock's client speaks HTTP/2, and streams in frames of its own. */
async function startBedrock(): Promise<ReplayServer> {
  const sessions = new Set<ServerHttp2Session>()
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => answer(request.url, response))
  })
  server.on('session', (session) => sessions.add(session))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: async () => {
      for (const session of sessions) session.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answer(path: string, response: Http2ServerResponse): void {
  const route = path.split('/').pop()
  if (path.includes('throttled')) {
    response.writeHead(429, { 'x-amzn-errortype': 'ThrottlingException' })
    response.end('{"message":"Too many requests"}')
  } else if (route === 'converse') {
    const output = { message: MESSAGE }
    const serviceTier = { type: 'priority' }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ output, stopReason: 'end_turn', usage: USAGE, serviceTier }))
  } else if (route === 'converse-stream') {
    sendFrames(response, [
      ['messageStart', { role: 'assistant' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Hi' } }],
      ['messageStop', { stopReason: 'end_turn' }],
      ['metadata', { usage: USAGE, metrics: { latencyMs: 1 }, serviceTier: { type: 'priority' } }],
    ])
  } else if (route === 'invoke-with-response-stream') {
    const chunk = (event: object) => ({
      bytes: Buffer.from(JSON.stringify(event)).toString('base64'),
    })
    const message = { id: 'msg_0001', model: 'claude-sonnet', usage: NATIVE_USAGE }
    sendFrames(response, [
      ['chunk', chunk({ type: 'message_start', message })],
      ['chunk', chunk({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'Hi' } })],
      [
        'chunk',
        chunk({
          type: 'message_delta',
          delta: { stop_reason: 'end_turn' },
          usage: { output_tokens: 90 },
        }),
      ],
    ])
  } else if (path.includes('titan-embed')) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"embedding":[0.5],"inputTextTokenCount":7}')
  } else if (route === 'invoke') {
    const reply = { id: 'msg_0001', model: 'claude-sonnet', stop_reason: 'end_turn' }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ type: 'message', ...reply, usage: NATIVE_USAGE }))
  } else {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end('{"asyncInvokeSummaries":[]}')
  }
}

function sendFrames(
  response: Http2ServerResponse,
  events: readonly (readonly [string, object])[],
): void {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
  for (const [type, payload] of events) response.write(encodeFrame(type, payload))
  response.end()
}

/** Two lengths and their checksum, headers, payload, checksum: the event stream encoding of AWS. */
export function encodeFrame(type: string, payload: object): Buffer {
  const header = (name: string, value: string) => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(value.length)
    return [
      Buffer.from([name.length]),
      Buffer.from(name),
      Buffer.from([7]),
      length,
      Buffer.from(value),
    ]
  }
  const headers = Buffer.concat([
    ...header(':event-type', type),
    ...header(':content-type', 'application/json'),
    ...header(':message-type', 'event'),
  ])
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(12)
  prelude.writeUInt32BE(16 + headers.length + body.length, 0)
  prelude.writeUInt32BE(headers.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const whole = Buffer.concat([prelude, headers, body])
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(whole))
  return Buffer.concat([whole, checksum])
}

const CONVERSE = {
  modelId: MODEL,
  messages: [{ role: 'user' as const, content: [{ text: 'Hello' }] }],
  inferenceConfig: { maxTokens: 100 },
}
const INVOKE = { modelId: MODEL, body: '{"max_tokens":100}', contentType: 'application/json' }

/** What the types allow and the SDK never gives: no stream. */
const NOTHING: AsyncIterable<never> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
}

const SPAN = {
  'gen_ai.provider.name': 'aws.bedrock',
  'gen_ai.operation.name': 'chat',
  'gen_ai.request.model': MODEL,
  'spancost.response.region': 'eu-west-1',
}
const COUNTS = {
  'gen_ai.usage.input_tokens': 2325,
  'gen_ai.usage.cache_read.input_tokens': 2000,
  'gen_ai.usage.cache_write.input_tokens': 300,
  'gen_ai.usage.output_tokens': 90,
  'spancost.usage.cache_write_1h.input_tokens': 100,
  'gen_ai.response.finish_reasons': ['end_turn'],
}
const MAX_TOKENS = { 'gen_ai.request.max_tokens': 100 }
const TIER = { 'aws.bedrock.response.service_tier': 'priority' }
const REPLY = { 'gen_ai.response.id': 'msg_*', 'gen_ai.response.model': 'claude-sonnet' }
const STREAM = {
  'gen_ai.request.stream': true,
  'gen_ai.response.time_to_first_chunk': 'seconds',
}

export const bedrock: TestedSdk<Bedrock> = {
  name: '@aws-sdk/client-bedrock-runtime',
  versions: ['@aws-sdk/client-bedrock-runtime'],
  startProvider: startBedrock,
  createClient: (moduleExports, endpoint) => {
    const sdk = moduleExports as typeof Sdk
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none' }
    const client = new sdk.BedrockRuntime({
      endpoint,
      credentials,
      region: 'eu-west-1',
      maxAttempts: 1,
    })
    return { client, sdk }
  },
  scenarios: {
    converse: async ({ client }) => omitMetadata(await client.converse(CONVERSE)),
    converse_command: async ({ client, sdk }) =>
      omitMetadata(await client.send(new sdk.ConverseCommand(CONVERSE))),
    converse_stream: async ({ client }) =>
      readAll((await client.converseStream(CONVERSE)).stream ?? NOTHING),
    converse_stream_break: async ({ client }) => {
      for await (const event of (await client.converseStream(CONVERSE)).stream ?? []) {
        if (event.contentBlockDelta) return event
      }
      return 'no delta'
    },
    converse_throttled: async ({ client }) =>
      describeFailure(await catchError(client.converse({ ...CONVERSE, modelId: 'throttled' }))),
    invoke: async ({ client }) => {
      const { body, contentType } = await client.invokeModel(INVOKE)
      return { contentType, class: body.constructor.name, text: new TextDecoder().decode(body) }
    },
    invoke_embedding: async ({ client }) => {
      const { body } = await client.invokeModel({
        ...INVOKE,
        modelId: 'amazon.titan-embed-text-v2',
      })
      return new TextDecoder().decode(body)
    },
    invoke_stream: async ({ client }) => {
      const chunks = await readAll(
        (await client.invokeModelWithResponseStream(INVOKE)).body ?? NOTHING,
      )
      return chunks.map(({ chunk }) => new TextDecoder().decode(chunk?.bytes))
    },
    free_command: async ({ client, sdk }) =>
      omitMetadata(await client.send(new sdk.ListAsyncInvokesCommand({}))),
  },
  spans: {
    converse: expectSpan(`chat ${MODEL}`, SPAN, MAX_TOKENS, TIER, COUNTS),
    converse_command: expectSpan(`chat ${MODEL}`, SPAN, MAX_TOKENS, TIER, COUNTS),
    converse_stream: expectSpan(`chat ${MODEL}`, SPAN, MAX_TOKENS, STREAM, TIER, COUNTS),
    // Bedrock tells its counts at the very end.
    converse_stream_break: expectSpan(`chat ${MODEL}`, SPAN, MAX_TOKENS, STREAM),
    converse_throttled: expectFailure(
      'ThrottlingException',
      expectSpan('chat throttled', SPAN, MAX_TOKENS, {
        'gen_ai.request.model': 'throttled',
        'error.type': 'ThrottlingException',
      }),
    ),
    invoke: expectSpan(`chat ${MODEL}`, SPAN, REPLY, COUNTS),
    invoke_embedding: expectSpan('embeddings amazon.titan-embed-text-v2', SPAN, {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'amazon.titan-embed-text-v2',
      'gen_ai.usage.input_tokens': 7,
    }),
    invoke_stream: expectSpan(`chat ${MODEL}`, SPAN, STREAM, REPLY, COUNTS),
    free_command: [],
  },
}

/** Request ids differ from run to run. */
function omitMetadata(output: object): object {
  return { ...output, $metadata: undefined }
}

function describeFailure(error: unknown): unknown {
  return { ...(error as object), $metadata: undefined, $response: undefined }
}
