import { ReadableStream } from 'node:stream/web'
import { expect, test } from 'vitest'
import { observeCall } from './observe-call.ts'
import { startOperation } from './operation.ts'
import { CHAT, createRecordingTelemetry, type RecordingTelemetry } from './testing/telemetry.ts'

/** A stream as an SDK makes it: of a class of its own. */
class EventStream extends ReadableStream<string> {
  readonly pulled: string[] = []
  cancelled: unknown

  constructor(chunks: readonly string[], error?: Error) {
    const rest = [...chunks]
    super({
      pull: (controller) => {
        const chunk = rest.shift()
        if (chunk !== undefined) {
          this.pulled.push(chunk)
          controller.enqueue(chunk)
        } else if (error !== undefined) controller.error(error)
        else controller.close()
      },
      cancel: (reason) => {
        this.cancelled = reason
      },
    })
  }
}

const READER = { readReply: (chunk: unknown) => ({ responseId: String(chunk) }) }

async function open(telemetry: RecordingTelemetry, stream: EventStream): Promise<EventStream> {
  return observeCall(
    async () => stream,
    () => ({ operation: startOperation(telemetry, { ...CHAT, stream: true }), reader: READER }),
  )
}

async function readAll(stream: AsyncIterable<string>): Promise<readonly string[]> {
  const chunks: string[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

function readIds(telemetry: RecordingTelemetry): readonly unknown[] {
  return telemetry.readSpans().map((span) => span.attributes['gen_ai.response.id'])
}

test('the application gets a stream of the same class, with the same chunks', async () => {
  const telemetry = createRecordingTelemetry()
  const stream = await open(telemetry, new EventStream(['a', 'b']))
  expect(stream).toBeInstanceOf(EventStream)
  expect(await readAll(stream)).toEqual(['a', 'b'])
  expect(readIds(telemetry)).toEqual(['b'])
})

test('both branches of a tee are read, and there is one span', async () => {
  const telemetry = createRecordingTelemetry()
  const [left, right] = (await open(telemetry, new EventStream(['a', 'b']))).tee()
  expect(await readAll(right)).toEqual(['a', 'b'])
  expect(await readAll(left)).toEqual(['a', 'b'])
  expect(readIds(telemetry)).toEqual(['b'])
})

test('no more is pulled than the application asks for', async () => {
  const original = new EventStream(['a', 'b', 'c'])
  const reader = (await open(createRecordingTelemetry(), original)).getReader()
  await reader.read()
  // A web stream holds one chunk ready by itself.
  expect(original.pulled).toEqual(['a', 'b'])
})

test('left early, it is cancelled with the same reason, and the span has no error', async () => {
  const telemetry = createRecordingTelemetry()
  const original = new EventStream(['a', 'b'])
  const reader = (await open(telemetry, original)).getReader()
  await reader.read()
  await reader.cancel('enough')
  expect(original.cancelled).toBe('enough')
  expect(readIds(telemetry)).toEqual(['a'])
  expect(telemetry.readSpans()[0]?.attributes['error.type']).toBeUndefined()
})

test('an error amid the stream stays the same error', async () => {
  const telemetry = createRecordingTelemetry()
  const error = new RangeError('cut off')
  const stream = await open(telemetry, new EventStream(['a'], error))
  await expect(readAll(stream)).rejects.toBe(error)
  expect(telemetry.readSpans()[0]?.attributes['error.type']).toBe('RangeError')
})
