import { expect, test, vi } from 'vitest'
import { startOperation } from './operation.ts'
import { isSdkStream, observeAsyncIterable, observeStream } from './stream.ts'
import { CHAT, createRecordingTelemetry } from './testing/telemetry.ts'

function observe(readReply = (chunk: unknown) => ({ responseId: String(chunk) })) {
  const telemetry = createRecordingTelemetry()
  const operation = startOperation(telemetry, { ...CHAT, stream: true })
  const left = vi.fn<() => void>()
  const stream = {
    controller: new AbortController(),
    async *iterator() {
      try {
        yield 'one'
        yield 'two'
      } finally {
        left()
      }
    },
  }
  observeStream(stream, { operation, reader: { readReply } })
  return { telemetry, stream, left }
}

test('reading to the end ends the operation after the last chunk', async () => {
  const { telemetry, stream } = observe()
  const iterator = stream.iterator()
  expect(await iterator.next()).toEqual({ value: 'one', done: false })
  expect(await iterator.next()).toEqual({ value: 'two', done: false })
  expect(telemetry.readSpans()).toEqual([])
  expect(await iterator.next()).toEqual({ value: undefined, done: true })
  expect(telemetry.readSpans()[0]?.attributes['gen_ai.response.id']).toBe('two')
})

test('leaving early ends it, lets the SDK clean up, and is no error', async () => {
  const { telemetry, stream, left } = observe()
  const iterator = stream.iterator()
  await iterator.next()
  expect(await iterator.return()).toEqual({ value: undefined, done: true })
  expect(left).toHaveBeenCalledTimes(1)
  expect(telemetry.readSpans()[0]?.attributes['error.type']).toBeUndefined()
})

test('an error thrown into it is its error, and comes out again', async () => {
  const { telemetry, stream } = observe()
  const iterator = stream.iterator()
  await iterator.next()
  await expect(iterator.throw(new TypeError('enough'))).rejects.toThrow('enough')
  expect(telemetry.readSpans()[0]?.attributes['error.type']).toBe('TypeError')
})

test('several reads at once are answered in order, and the end comes last', async () => {
  const { telemetry, stream } = observe()
  const iterator = stream.iterator()
  const results = await Promise.all([iterator.next(), iterator.next(), iterator.next()])
  expect(results.map(({ value }) => value)).toEqual(['one', 'two', undefined])
  expect(telemetry.readSpans()[0]?.attributes['gen_ai.response.id']).toBe('two')
})

test('a reply that cannot be read does not disturb the reader', async () => {
  const { telemetry, stream } = observe(() => {
    throw new Error('a fault of ours')
  })
  const chunks: unknown[] = []
  for await (const chunk of { [Symbol.asyncIterator]: stream.iterator }) chunks.push(chunk)
  expect(chunks).toEqual(['one', 'two'])
  expect(telemetry.readSpans()).toHaveLength(1)
})

const ignore = (): void => undefined

test.each([
  [{ controller: {}, iterator: ignore }, true],
  [{ iterator: ignore }, false],
  [{ controller: {}, iterator: 1 }, false],
  [null, false],
  ['stream', false],
])('%j: is it a stream of the SDK? %s', (value, expected) => {
  expect(isSdkStream(value)).toBe(expected)
})

test.each([
  ['a generator', (source: AsyncGenerator<string>) => source],
  [
    'an object with an iterator',
    (source: AsyncGenerator<string>) => ({
      [Symbol.asyncIterator]: () => source,
    }),
  ],
])('%s is followed like a stream of an SDK', async (_, wrap) => {
  const telemetry = createRecordingTelemetry()
  const operation = startOperation(telemetry, { ...CHAT, stream: true })
  async function* produce() {
    yield 'one'
    yield 'two'
  }
  const iterable = wrap(produce())
  observeAsyncIterable(iterable, {
    operation,
    reader: { readReply: (chunk) => ({ responseId: String(chunk) }) },
  })
  const chunks: string[] = []
  for await (const chunk of iterable) chunks.push(chunk)
  expect(chunks).toEqual(['one', 'two'])
  expect(telemetry.readSpans().map((span) => span.attributes['gen_ai.response.id'])).toEqual([
    'two',
  ])
})
