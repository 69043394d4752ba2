import { UNITS } from '@spancost/genai'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Details } from '../stores/rows.ts'
import { createByteReader, createByteWriter } from './bytes.ts'
import { readDetails, readSighted, writeDetails } from './details.ts'
import { createWordBook } from './words.ts'

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('gpt-4o'))
const count = fc.oneof(
  fc.nat(),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(0.25, -1, Number.MAX_SAFE_INTEGER, 2 ** 60),
)
const amount = fc.oneof(
  fc.bigInt({ min: -(10n ** 26n), max: 10n ** 26n }),
  fc.bigInt({ min: 0n, max: 10n ** 17n }),
)
const time = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })

const REQUIRED_NONE = { requiredKeys: [] }

const operation = fc.record(
  {
    dialect: text,
    role: fc.constantFrom('leaf', 'container', 'free'),
    name: text,
    provider: text,
    requestModel: text,
    responseModel: text,
    responseId: text,
    scopeName: text,
    scopeVersion: text,
    inclusive: fc.constantFrom(true, false, 'ambiguous'),
    errorType: text,
    serviceTier: text,
    region: text,
    serverAddress: text,
    usage: fc.record({ inputTokens: count, outputTokens: count, gpuSeconds: count }, REQUIRED_NONE),
    rawUsage: fc.record({ input: count, total: count, videoSeconds: count }, REQUIRED_NONE),
    reportedCost: fc.record({
      amount: text,
      currency: text,
      source: fc.constantFrom('provider', 'local'),
      key: text,
    }),
  },
  { requiredKeys: ['dialect', 'role', 'name', 'usage'] },
)

const lines = fc.array(
  fc.record({ unit: fc.constantFrom(...UNITS), quantity: count, rate: text, costAtto: amount }),
  { maxLength: 4 },
)

const rating = fc
  .tuple(
    fc.record(
      {
        status: fc.constantFrom('priced', 'partial', 'unpriced'),
        reason: fc.constantFrom('no_rate', 'bad_usage'),
        detail: text,
        source: fc.constantFrom('book', 'provider'),
        card: text,
        book: text,
        list: text,
        cache: fc.record({ savedAtto: amount, extraAtto: amount }),
      },
      { requiredKeys: ['status', 'book'] },
    ),
    lines,
    fc.boolean(),
  )
  .map(([rest, its, hasCost]) => ({
    ...rest,
    lines: its,
    ...(hasCost && { costAtto: its.reduce((sum, { costAtto }) => sum + costAtto, 0n) }),
  }))

const details = fc
  .record({
    spanName: text,
    endTimeUnixNano: time,
    operation,
    units: fc.uniqueArray(fc.tuple(fc.constantFrom(...UNITS), count), {
      selector: ([unit]) => unit,
    }),
    rating,
    areUnitsLines: fc.boolean(),
  })
  .map(({ units, areUnitsLines, ...rest }) => ({
    ...rest,
    units: new Map(
      areUnitsLines ? rest.rating.lines.map((line) => [line.unit, line.quantity]) : units,
    ),
  })) as fc.Arbitrary<Details>

test('details are read as they were written, whatever became a word before', () => {
  const words: string[] = []
  const book = createWordBook([])
  const writer = createByteWriter()
  fc.assert(
    fc.property(details, (one) => {
      writeDetails(writer, one, book)
      const bytes = writer.take()
      words.push(...book.takeFresh())
      expect(readDetails(bytes, words)).toEqual(one)
      const { endTimeUnixNano, operation: its, units } = one
      expect(readSighted(bytes, words)).toEqual({ endTimeUnixNano, operation: its, units })
    }),
  )
})

test('bytes that were cut off, of another form, or of other words are refused', () => {
  const one: Details = {
    spanName: 'chat gpt-4o',
    endTimeUnixNano: 1n,
    operation: { dialect: 'otel', role: 'leaf', name: 'chat', requestModel: 'gpt-4o', usage: {} },
    units: new Map(),
    rating: { status: 'unpriced', book: 'b@1', lines: [] },
  }
  const book = createWordBook([])
  const writer = createByteWriter()
  writeDetails(writer, one, book)
  const bytes = writer.take()
  const words = book.takeFresh()
  // The span is named as conventions have it, so its name is not written; the rest are words.
  expect(words).toEqual(['otel', 'leaf', 'chat', 'gpt-4o', 'unpriced', 'b@1'])
  expect(bytes).toHaveLength(23)
  expect(() => readDetails(bytes.subarray(0, -3), words)).toThrow('end too early')
  expect(() => readDetails(bytes, words.slice(0, -1))).toThrow('name word 5')
  expect(() => readDetails(Uint8Array.of(2, ...bytes.subarray(1)), words)).toThrow('form 2, not 1')
})

test('a text becomes a word once, if it is short and plain, until there are enough', () => {
  const book = createWordBook(['known'])
  expect(book.findWord('known')).toBe(0)
  expect(book.findWord('new')).toBe(1)
  expect(book.findName('new')).toBe(1)
  expect(book.findWord('größe')).toBeUndefined()
  expect(book.findWord('x'.repeat(201))).toBeUndefined()
  expect(book.takeFresh()).toEqual(['new'])
  expect(book.takeFresh()).toEqual([])
  for (let at = 2; at < 32_768; at += 1) expect(book.findName(`name ${at}`)).toBe(at)
  expect(book.findName('one more')).toBeUndefined()
  for (let at = 32_768; at < 65_536; at += 1) book.findWord(`word ${at}`)
  expect(book.findWord('one more')).toBeUndefined()
  expect(book.findWord('word 65535')).toBe(65_535)
})

test('numbers take seven bits a byte', () => {
  const writer = createByteWriter()
  for (const value of [0, 127, 128, 2 ** 31, 2 ** 53 - 1]) writer.number(value)
  const bytes = writer.take()
  expect([...bytes.subarray(0, 4)]).toEqual([0, 127, 128, 1])
  const reader = createByteReader(bytes)
  expect(Array.from({ length: 5 }, () => reader.number())).toEqual([
    0,
    127,
    128,
    2 ** 31,
    2 ** 53 - 1,
  ])
})
