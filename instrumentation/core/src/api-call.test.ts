import { expect, test, vi } from 'vitest'
import { observeApiCall } from './api-call.ts'
import { startOperation } from './operation.ts'
import { CHAT, createRecordingTelemetry } from './testing/telemetry.ts'

const readNothing = () => ({})

test('a method that throws at once still throws, and its span has the error', () => {
  const telemetry = createRecordingTelemetry()
  const error = new TypeError('bad arguments')
  const call = () =>
    observeApiCall(
      () => {
        throw error
      },
      () => startOperation(telemetry, CHAT),
      readNothing,
    )
  expect(call).toThrow(error)
  expect(telemetry.readSpans()[0]?.attributes['error.type']).toBe('TypeError')
})

test('a result of an unknown kind is handed on as it is, and the span ends', async () => {
  const telemetry = createRecordingTelemetry()
  const result = Promise.resolve('reply')
  const start = () => startOperation(telemetry, CHAT)
  expect(observeApiCall(() => result, start, readNothing)).toBe(result)
  expect(telemetry.readSpans()).toHaveLength(1)
})

test('where the span cannot be started, the call is made all the same, once', () => {
  const call = vi.fn<() => string>(() => 'result')
  const start = () => {
    throw new Error('a fault of ours')
  }
  expect(observeApiCall(call, start, readNothing)).toBe('result')
  expect(call).toHaveBeenCalledTimes(1)
})
