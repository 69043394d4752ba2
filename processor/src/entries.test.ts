import { scanTraces, type ScannedSpan } from '@spancost/otlp'
import { describe, expect, test } from 'vitest'
import type { Dimension } from './config.ts'
import { createEntryReader, createScanKeys } from './entries.ts'
import { createTestBook } from './testing/api.ts'
import { createChatSpan, createSpan, createTraces, type TracesJson } from './testing/traces.ts'

const BOOK = createTestBook()

function scan(traces: TracesJson, dimensions: readonly Dimension[]): readonly ScannedSpan[] {
  const body = Buffer.from(JSON.stringify(traces))
  const result = scanTraces(body, 'json', createScanKeys(dimensions))
  return result.kind === 'scanned' ? result.scan.spans : []
}

function readOne(traces: TracesJson, dimensions: readonly Dimension[] = []) {
  const [span] = scan(traces, dimensions)
  return createEntryReader({ of: () => BOOK }, dimensions)([span!])[0]?.entry
}

describe('an entry', () => {
  test('has the ids, the times, the operation, its disjoint units and its price', () => {
    const span = {
      ...createChatSpan(7, { 'gen_ai.request.model': 'auto', 'gen_ai.response.id': 'r-1' }),
      parentSpanId: '00000000000000aa',
    }
    expect(readOne(createTraces([span]))).toEqual({
      traceId: '00000000000000000000000000000007',
      spanId: '0000000000000007',
      parentSpanId: '00000000000000aa',
      spanName: 'span 7',
      startTimeUnixNano: 1_780_308_000_000_000_001n,
      endTimeUnixNano: 1_780_308_001_500_000_001n,
      operation: {
        dialect: 'otel',
        scopeName: 'by-hand',
        role: 'leaf',
        name: 'chat',
        provider: 'acme',
        requestModel: 'auto',
        responseModel: 'one',
        responseId: 'r-1',
        usage: { inputTokens: 20, outputTokens: 40 },
        rawUsage: { input: 20, output: 40 },
      },
      units: new Map([
        ['input', 20],
        ['output', 40],
      ]),
      rating: {
        status: 'priced',
        source: 'book',
        card: 'acme/one',
        book: 'test@1',
        lines: [
          { unit: 'input', quantity: 20, rate: '0.1', costAtto: 2_000_000_000_000_000_000n },
          { unit: 'output', quantity: 40, rate: '0.2', costAtto: 8_000_000_000_000_000_000n },
        ],
        costAtto: 10_000_000_000_000_000_000n,
      },
      labels: { provider: 'acme', model: 'one', operation: 'chat', service: 'checkout' },
    })
  })

  test('is priced at the start of its span', () => {
    // The card is valid from 2026 on.
    const at = (unixMs: number): object => ({
      ...createChatSpan(1),
      startTimeUnixNano: `${unixMs}000000`,
    })
    const traces = (unixMs: number) =>
      createTraces([at(unixMs) as ReturnType<typeof createChatSpan>])
    expect(readOne(traces(1_767_225_600_000))?.rating.status).toBe('priced')
    expect(readOne(traces(1_767_225_599_999))?.rating).toMatchObject({
      status: 'unpriced',
      reason: 'no_rate',
    })
  })

  test('has no units where the usage is missing or contradicts itself', () => {
    const missing = createSpan(1, {
      'gen_ai.provider.name': 'acme',
      'gen_ai.response.model': 'one',
    })
    expect(readOne(createTraces([missing]))).toMatchObject({
      units: new Map(),
      rating: { status: 'unpriced', reason: 'no_usage' },
    })
    const bad = createChatSpan(1, { 'gen_ai.usage.output_tokens': 0.5 })
    expect(readOne(createTraces([bad]))).toMatchObject({
      units: new Map(),
      rating: { status: 'unpriced', reason: 'bad_usage' },
    })
  })

  test('goes without figures that the ledger would refuse', () => {
    const absurd = createChatSpan(1, { 'gen_ai.usage.input_tokens': 1_000_000_000_001 })
    expect(readOne(createTraces([absurd]))).toMatchObject({
      units: new Map(),
      rating: {
        status: 'unpriced',
        reason: 'bad_usage',
        detail: expect.stringContaining('input is 1000000000001'),
        book: 'test@1',
        lines: [],
      },
    })
    // 100 million tokens at 0.1 USD make 10 million USD.
    const dear = createChatSpan(1, { 'gen_ai.usage.output_tokens': 100_000_000 })
    expect(readOne(createTraces([dear]))?.rating).toMatchObject({
      status: 'unpriced',
      reason: 'bad_usage',
      detail: expect.stringContaining('must lie within 1e6 USD'),
    })
  })

  test.each([
    ['a trace id of zeros', { traceId: '0'.repeat(32) }],
    ['a short trace id', { traceId: 'abcd' }],
    ['no trace id', { traceId: '' }],
    ['a span id of zeros', { spanId: '0'.repeat(16) }],
    ['a long span id', { spanId: 'a'.repeat(32) }],
    ['no span id', { spanId: '' }],
  ])('is not made of a span with %s', (_, ids) => {
    expect(readOne(createTraces([{ ...createChatSpan(1), ...ids }]))).toBeUndefined()
  })

  test('is not made of a span that only names a provider', () => {
    expect(
      readOne(createTraces([createSpan(1, { 'gen_ai.provider.name': 'acme' })])),
    ).toBeUndefined()
  })
})

test('labels: what a span does not say is left out, a model that answered comes first', () => {
  const usage = { 'gen_ai.usage.input_tokens': 1 }
  expect(readOne(createTraces([createSpan(1, usage)], {}))?.labels).toEqual({ operation: 'chat' })
  const asked = createSpan(1, {
    ...usage,
    'gen_ai.request.model': 'a',
    'gen_ai.provider.name': 'P',
  })
  expect(readOne(createTraces([asked]))?.labels).toEqual({
    provider: 'p',
    model: 'a',
    operation: 'chat',
    service: 'checkout',
  })
})

test('labels stand in the order of their names, in which the ledger writes them', () => {
  const traces = createTraces([createChatSpan(1, { team: 'a', zone: 'b', area: 'c' })])
  const dimensions = ['zone', 'team', 'area'].map((name) => ({ name, from: [name], metric: true }))
  const names = Object.keys(readOne(traces, dimensions)?.labels ?? {})
  expect(names).toEqual(['area', 'model', 'operation', 'provider', 'service', 'team', 'zone'])
})

describe('dimensions', () => {
  const TEAM: Dimension = { name: 'team', from: ['team.id', 'team'], metric: true }

  function readTeam(span: object, scope: object, resource: object): string | undefined {
    const values = (given: object) => given as Record<string, string>
    const traces = createTraces([createChatSpan(1, values(span))], values(resource), values(scope))
    return readOne(traces, [TEAM])?.labels['team']
  }

  test.each<
    [name: string, span: object, scope: object, resource: object, team: string | undefined]
  >([
    ['nothing', {}, {}, {}, undefined],
    ['the span', { 'team.id': 'a' }, { 'team.id': 'b' }, { 'team.id': 'c' }, 'a'],
    ['the scope', {}, { 'team.id': 'b' }, { 'team.id': 'c' }, 'b'],
    ['the resource', {}, {}, { 'team.id': 'c' }, 'c'],
    ['the second key', {}, { team: 'b2' }, { team: 'c2' }, 'b2'],
    ['the first key, wherever it is', { team: 'a2' }, {}, { 'team.id': 'c' }, 'c'],
    ['the second key where the first is empty', { 'team.id': '', team: 'a2' }, {}, {}, 'a2'],
    ['a number', { 'team.id': 7 }, {}, {}, '7'],
    ['a large number', { 'team.id': 9_007_199_254_740_993n }, {}, {}, '9007199254740993'],
    ['a fraction', { 'team.id': 0.5 }, {}, {}, '0.5'],
    ['a boolean', { 'team.id': false }, {}, {}, 'false'],
  ])('from %s', (_, span, scope, resource, team) => {
    expect(readTeam(span, scope, resource)).toBe(team)
  })

  test('a list is no label', () => {
    const list = { key: 'team.id', value: { arrayValue: { values: [{ stringValue: 'a' }] } } }
    const span = createChatSpan(1, { team: 'b' })
    const traces = createTraces([{ ...span, attributes: [...span.attributes, list as never] }])
    expect(readOne(traces, [TEAM])?.labels['team']).toBe('b')
  })

  test('values are cut to 256 UTF-16 units; half a character becomes U+FFFD', () => {
    expect(readTeam({ team: 'x'.repeat(300) }, {}, {})).toBe('x'.repeat(256))
    expect(readTeam({ team: 'x'.repeat(256) }, {}, {})).toBe('x'.repeat(256))
    expect(readTeam({ team: `${'x'.repeat(255)}🤖` }, {}, {})).toBe(`${'x'.repeat(255)}\ufffd`)
  })
})
