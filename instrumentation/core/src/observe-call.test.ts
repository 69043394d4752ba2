import { expect, test, vi } from 'vitest'
import { observeCall } from './observe-call.ts'
import { startOperation } from './operation.ts'
import { CHAT, createRecordingTelemetry, type RecordingTelemetry } from './testing/telemetry.ts'

const READER = { readReply: (body: unknown) => ({ responseId: String(body) }) }

const start = (telemetry: RecordingTelemetry) => () => ({
  operation: startOperation(telemetry, CHAT),
  reader: READER,
})

test('a method that throws at once still throws, and its span has the error', () => {
  const telemetry = createRecordingTelemetry()
  const error = new TypeError('bad arguments')
  const call = () =>
    observeCall(() => {
      throw error
    }, start(telemetry))
  expect(call).toThrow(error)
  expect(telemetry.readSpans()[0]?.attributes['error.type']).toBe('TypeError')
})

test('a plain promise settles as it did, and its value is read first', async () => {
  const telemetry = createRecordingTelemetry()
  expect(await observeCall(async () => 'reply', start(telemetry))).toBe('reply')
  expect(telemetry.readSpans()[0]?.attributes['gen_ai.response.id']).toBe('reply')
})

test('a rejection stays the same error', async () => {
  const telemetry = createRecordingTelemetry()
  const error = new RangeError('no')
  const call = async () => {
    throw error
  }
  const result = observeCall(call, start(telemetry))
  await expect(result).rejects.toBe(error)
  expect(telemetry.readSpans()[0]?.attributes['error.type']).toBe('RangeError')
})

test('a call that shall have no span is made all the same', () => {
  expect(
    observeCall(
      () => 'result',
      () => undefined,
    ),
  ).toBe('result')
})

test('where the span cannot be started, the call is made all the same, once', () => {
  const call = vi.fn<() => string>(() => 'result')
  const fail = () => {
    throw new Error('a fault of ours')
  }
  expect(observeCall(call, fail)).toBe('result')
  expect(call).toHaveBeenCalledTimes(1)
})

/** As in SDKs made by Fern: every method asks the inner promise. */
class HttpResponsePromise extends Promise<unknown> {
  innerPromise: Promise<{ data: unknown; rawResponse: string }>

  constructor(inner: HttpResponsePromise['innerPromise']) {
    super((resolve) => resolve(undefined))
    this.innerPromise = inner
  }

  static override get [Symbol.species]() {
    return Promise
  }

  // oxlint-disable-next-line unicorn/no-thenable -- the SDK's promise has one
  override then: Promise<unknown>['then'] = (resolve, reject) =>
    this.innerPromise.then(({ data }) => data).then(resolve, reject)

  async withRawResponse(): Promise<unknown> {
    return this.innerPromise
  }
}

test('the promise of an SDK made by Fern is handed on itself, with its raw response', async () => {
  const telemetry = createRecordingTelemetry()
  const promise = new HttpResponsePromise(Promise.resolve({ data: 'reply', rawResponse: 'raw' }))
  const result = observeCall(() => promise, start(telemetry))
  expect(result).toBe(promise)
  expect(await result.withRawResponse()).toEqual({ data: 'reply', rawResponse: 'raw' })
  expect(await result).toBe('reply')
  expect(telemetry.readSpans().map((span) => span.attributes['gen_ai.response.id'])).toEqual([
    'reply',
  ])
})
