import { expect, test } from 'vitest'
import { checkTraceId, findEntryFault, findFigureFault } from './check-entry.ts'
import type { Entry } from './entry.ts'
import { createSampleEntry } from './testing/sample-entries.ts'

const entry = createSampleEntry()
const { rating } = entry
const line = { unit: 'input', quantity: 1, rate: '1', costAtto: 5n } as const
const million = 1_000_000n * 10n ** 18n

test('entries at the limits are taken', () => {
  expect(findEntryFault(entry)).toBeUndefined()
  expect(
    findEntryFault({
      ...entry,
      parentSpanId: 'ffffffffffffffff',
      startTimeUnixNano: 0n,
      endTimeUnixNano: 2n ** 64n - 1n,
      units: new Map([
        ['input', 1e12],
        ['audio_second', 0.5],
      ]),
      rating: { ...rating, lines: [{ ...line, costAtto: million }], costAtto: million },
    }),
  ).toBeUndefined()
  expect(findEntryFault(createSampleEntry({ status: 'unpriced' }))).toBeUndefined()
})

const faults: [Partial<Entry>, string][] = [
  [{ traceId: 'AB' }, 'traceId is not 32 lower-case hex digits'],
  [{ spanId: 'x'.repeat(16) }, 'spanId is not 16 lower-case hex digits'],
  [{ parentSpanId: '12' }, 'parentSpanId "12" is neither empty nor 16 lower-case hex digits'],
  [{ startTimeUnixNano: -1n }, 'startTimeUnixNano -1 is not 0 to 2^64 - 1'],
  [{ endTimeUnixNano: 2n ** 64n }, 'endTimeUnixNano 18446744073709551616 is not 0 to 2^64 - 1'],
  [{ units: new Map([['reasoning', 1e12 + 1]]) }, 'reasoning is 1000000000001; tokens are whole'],
  [{ units: new Map([['output', 0.5]]) }, 'output is 0.5; tokens are whole numbers from 0 to'],
  [{ units: new Map([['output', -1]]) }, 'output is -1; tokens are whole numbers from 0 to'],
  [
    { rating: { ...rating, lines: Array.from({ length: 101 }, () => line), costAtto: 505n } },
    'its rating has 101 lines, more than 100',
  ],
  [{ rating: { ...rating, costAtto: 24n } }, 'costAtto is 24, but its lines add up to 25'],
  [
    { rating: { status: 'unpriced', book: 'b', lines: [line] } },
    'costAtto is absent, but its lines add up to 5',
  ],
  [
    { rating: { ...rating, lines: [{ ...line, costAtto: -million - 1n }] } },
    'the cost of input is -1000000000000000000000001e-18 USD; it must lie within 1e6 USD',
  ],
]
test.each(faults)('%o is refused', (fields, fault) => {
  expect(findEntryFault({ ...entry, ...fields })).toContain(fault)
})

test('where ids and times are known to be sound, figures are checked alone', () => {
  expect(findFigureFault({ ...entry, traceId: 'AB', endTimeUnixNano: -1n })).toBeUndefined()
  expect(findFigureFault({ ...entry, units: new Map([['output', -1]]) })).toContain('output is -1')
  expect(findFigureFault({ ...entry, rating: { ...rating, costAtto: 24n } })).toContain('up to 25')
})

test('a fault names the span and the trace', () => {
  expect(findEntryFault({ ...entry, parentSpanId: 'x' })).toMatch(
    /^span "0000000000000001" of trace "00000000000000000000000000000001": parentSpanId/,
  )
})

test('a trace id to ask for is checked too', () => {
  expect(() => checkTraceId(entry.traceId)).not.toThrow()
  expect(() => checkTraceId('nonsense')).toThrow('"nonsense" is not 32 lower-case hex digits')
})
