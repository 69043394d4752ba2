import { splitUsage } from '@spancost/genai'
import { decideTrace, type Known, type Sighting } from '@spancost/ledger'
import * as fc from 'fast-check'
import { describe, expect, test, type TestContext } from 'vitest'
import { readCapture, recognizeScenario, type Recognized } from '../captures/captures.ts'

/** What each captured operation is in the end, when its spans arrive in the given order. */
function arrive(found: readonly Recognized[]): readonly string[] {
  const parents = new Map<string, string>()
  let known: readonly Known[] = []
  for (const { span, operation } of found) {
    const split = splitUsage(operation.usage)
    const { spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano } = span
    const times = { startTimeUnixNano, endTimeUnixNano }
    const units = split.kind === 'units' ? split.units : new Map()
    const sighting: Sighting = { spanId, parentSpanId, ...times, operation, units }
    parents.set(spanId, parentSpanId)
    const operations = [...known, sighting]
    const { standings } = decideTrace({ operations, parents, isWhole: true })
    known = operations.map((each) => ({ ...each, standing: standings.get(each.spanId)! }))
  }
  return known.map(({ operation: { dialect, role }, standing }) => `${dialect} ${role} ${standing}`)
}

function expectInAnyOrder(found: readonly Recognized[], expected: readonly string[]): void {
  fc.assert(
    fc.property(fc.shuffledSubarray([...found], { minLength: found.length }), (order) => {
      expect(arrive(order).toSorted()).toEqual(expected)
    }),
    { numRuns: 20 },
  )
}

describe.each(['spans-vercel-ai6.json', 'spans-vercel-ai7-legacy.json'])('%s', (file) => {
  test('the call counts and its root restates it, in any order', (context) => {
    for (const each of readCapture(context, file)) {
      const found = recognizeScenario(each)
      if (found.length < 2 || each.scenario.startsWith('error')) continue
      expectInAnyOrder(found, ['vercel-ai container restated', 'vercel-ai leaf counted'])
    }
  })
})

/** The same call as two instrumentations captured it, put into one trace under one parent. */
function readDoubled(context: TestContext, one: string, other: string): readonly Recognized[] {
  const [first, second] = [one, other].map((file) => {
    const scenario = readCapture(context, file).find((each) => each.scenario === 'messages')
    return scenario && recognizeScenario(scenario)[0]
  })
  if (first === undefined || second === undefined) throw new Error('no such call')
  const { startTimeUnixNano, endTimeUnixNano, parentSpanId } = first.span
  return [
    first,
    {
      operation: second.operation,
      span: {
        ...second.span,
        parentSpanId,
        startTimeUnixNano: startTimeUnixNano + 1_000_000n,
        endTimeUnixNano: endTimeUnixNano - 1_000_000n,
      },
    },
  ]
}

describe('a wrapper and the SDK itself, as siblings, without a common response id', () => {
  test('OpenInference around Anthropic: the SDK counts, it tells more', (context) => {
    const native = 'spans-anthropic-native-sdk1.json'
    const found = readDoubled(context, 'spans-arize-anthropic1-cjs-nativeoff.json', native)
    expectInAnyOrder(found, ['anthropic leaf counted', 'openinference leaf echo'])
  })

  test('OpenLLMetry, which leaves the cached tokens out of its input', (context) => {
    const native = 'spans-anthropic-native-sdk1.json'
    const found = readDoubled(context, 'spans-traceloop-anthropic0-cjs.json', native)
    expectInAnyOrder(found, ['anthropic leaf counted', 'openllmetry leaf echo'])
  })
})
