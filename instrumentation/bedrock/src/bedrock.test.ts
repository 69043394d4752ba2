import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BedrockInstrumentation } from './instrumentation.ts'
import { findStream, readOutput } from './output.ts'
import { describeCall } from './request.ts'

/** All that applications do with the SDK is tested from outside, in processes of their own. */
class ConverseStreamCommand {
  readonly input = {
    modelId: 'us.amazon.nova-pro-v1:0',
    system: [{ text: 'secret' }],
    inferenceConfig: { maxTokens: 100, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
    serviceTier: { type: 'flex' },
  }
}
class ListAsyncInvokesCommand {
  readonly input = {}
}

const CLIENT = { config: { region: async () => 'eu-west-1' } }

test('a call is described by its command, and the region follows', async () => {
  const { later, ...call } = describeCall(CLIENT, [new ConverseStreamCommand(), {}]) ?? {}
  expect(call).toEqual({
    name: 'chat',
    provider: 'aws.bedrock',
    requestModel: 'us.amazon.nova-pro-v1:0',
    server: undefined,
    stream: true,
    serviceTierKey: 'aws.bedrock.response.service_tier',
    attributes: {
      'aws.bedrock.request.service_tier': 'flex',
      'gen_ai.request.max_tokens': 100,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.stop_sequences': ['END'],
    },
  })
  expect(await later).toEqual({ region: 'eu-west-1' })
})

test.each([
  ['a free command', [new ListAsyncInvokesCommand()]],
  ['a command with a callback', [new ConverseStreamCommand(), () => undefined]],
  ['nothing', []],
])('%s makes no span', (_, args) => {
  expect(describeCall(CLIENT, args)).toBeUndefined()
})

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

test.each([
  ['Converse', { usage: { inputTokens: 3, outputTokens: 2 } }],
  ['InvokeModel', { body: encode({ usage: { input_tokens: 3, output_tokens: 2 } }) }],
  [
    'a chunk of a stream',
    { chunk: { bytes: encode({ prompt_token_count: 3, generation_token_count: 2 }) } },
  ],
])('%s: usage', (_, output) => {
  expect(readOutput(output).usage).toMatchObject({ inputTokens: 3, outputTokens: 2 })
})

test('a body that is no JSON has no usage', () => {
  expect(readOutput({ body: new Uint8Array([255, 216]) }).usage).toBeUndefined()
})

test('the stream is where the command has it', () => {
  const stream = { [Symbol.asyncIterator]: () => undefined }
  expect(findStream({ stream })).toBe(stream)
  expect(findStream({ body: stream })).toBe(stream)
  expect(findStream({ body: new Uint8Array() })).toBeUndefined()
  expect(findStream({ output: {} })).toBeUndefined()
})

test('only the client of Bedrock is patched, not what all clients inherit', () => {
  class Client {
    async send(): Promise<void> {}
  }
  class BedrockRuntimeClient extends Client {}
  const { send } = Client.prototype
  new BedrockInstrumentation().manuallyInstrument({ BedrockRuntimeClient })
  expect(Client.prototype.send).toBe(send)
  expect(BedrockRuntimeClient.prototype.send).not.toBe(send)
  expect(Object.keys(BedrockRuntimeClient.prototype)).toEqual([])
})

test('it says its own version', () => {
  const file = new URL('../package.json', import.meta.url)
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'))
  expect(new BedrockInstrumentation().instrumentationVersion).toBe(version)
})
