import { afterEach, expect, test, vi } from 'vitest'
import { getNodeInstrumentations, registerInstrumentations } from './instrumentations.ts'

afterEach(() => vi.restoreAllMocks())

test('who instruments again what `register` has instrumented is told so, once', () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const names = getNodeInstrumentations().map(({ instrumentationName }) => instrumentationName)
  expect(names).toContain('@spancost/instrumentation-openai')
  expect(warn).not.toHaveBeenCalled()

  const registered = registerInstrumentations()
  expect(registered.map(({ instrumentationName }) => instrumentationName)).toEqual(names)
  expect(warn).not.toHaveBeenCalled()

  const again = getNodeInstrumentations()
  expect(again).toHaveLength(names.length)
  getNodeInstrumentations()
  expect(warn).toHaveBeenCalledTimes(1)
  expect(warn.mock.calls[0]?.[0]).toContain('each call gets two spans')
})
