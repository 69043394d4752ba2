import type { Operation, Usage } from '@spancost/genai'
import { splitUsage } from '@spancost/genai'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideStanding, settleHeld, type Known } from './decide-standing.ts'
import type { Sighting } from './same-call.ts'

interface Sketch {
  readonly id: string
  readonly parent?: string
  /** Milliseconds. */
  readonly from?: number
  readonly to?: number
  readonly scope?: string
  readonly role?: Operation['role']
  readonly model?: string
  readonly responseId?: string
  readonly usage?: Usage
  readonly billed?: boolean
}

const USAGE: Usage = { inputTokens: 1200, outputTokens: 340 }
const DETAILED: Usage = { ...USAGE, cacheReadTokens: 1024, reasoningTokens: 256 }

function sight(sketch: Sketch): Sighting {
  const { id, parent = 'app', from = 0, to = 1000, scope = 'sdk', usage = USAGE } = sketch
  const split = splitUsage(usage)
  return {
    spanId: id,
    parentSpanId: parent,
    startTimeUnixNano: BigInt(from) * 1_000_000n,
    endTimeUnixNano: BigInt(to) * 1_000_000n,
    operation: {
      dialect: 'otel',
      scopeName: scope,
      role: sketch.role ?? 'leaf',
      name: 'chat',
      requestModel: sketch.model ?? 'gpt-5.4',
      ...(sketch.responseId !== undefined && { responseId: sketch.responseId }),
      ...(sketch.billed === true && {
        reportedCost: { amount: '1', currency: 'USD', source: 'provider', key: 'k' },
      }),
      usage,
    },
    units: split.kind === 'units' ? split.units : new Map(),
  }
}

/** Lets spans arrive one by one, as a ledger would, and tells what each is in the end. */
function arrive(sketches: readonly Sketch[], spans: readonly (readonly [string, string])[] = []) {
  const parents = new Map([['app', ''], ...spans])
  let known: readonly Known[] = []
  for (const sighting of sketches.map(sight)) {
    parents.set(sighting.spanId, sighting.parentSpanId)
    const { corrections, ...decided } = decideStanding(sighting, known, parents)
    known = [...known, { ...sighting, ...decided }].map((each) => {
      const correction = corrections.find(({ spanId }) => spanId === each.spanId)
      return { ...each, ...correction }
    })
  }
  return { known, parents, standings: tell(known) }
}

function tell(known: readonly Known[]): Record<string, string> {
  return Object.fromEntries(known.map(({ spanId, standing }) => [spanId, standing]))
}

/** The same, whatever order they come in. */
function expectInAnyOrder(
  sketches: readonly Sketch[],
  expected: Record<string, string>,
  spans: readonly (readonly [string, string])[] = [],
): void {
  const everyOrder = fc.shuffledSubarray([...sketches], { minLength: sketches.length })
  fc.assert(
    fc.property(everyOrder, (order) => {
      expect(arrive(order, spans).standings).toEqual(expected)
    }),
    { numRuns: 60 },
  )
}

const AGENT: Sketch = { id: 'agent', role: 'container', scope: 'ai', to: 5000 }

describe('a container', () => {
  test('restates what is below it, in whatever order they come', () => {
    const calls = [
      { id: 'one', parent: 'agent', scope: 'ai' },
      { id: 'two', parent: 'agent', scope: 'ai', from: 2000, to: 3000 },
    ]
    expectInAnyOrder([AGENT, ...calls], { agent: 'restated', one: 'counted', two: 'counted' })
  })

  test('is held while it is alone', () => {
    expect(arrive([AGENT]).standings).toEqual({ agent: 'held' })
    expect(arrive([AGENT, { id: 'other' }]).standings).toMatchObject({ agent: 'held' })
  })

  test('restates through spans that are no operations, once these are known', () => {
    const call = { id: 'one', parent: 'my-function' }
    const expected = { agent: 'restated', one: 'counted' }
    expectInAnyOrder([AGENT, call], expected, [['my-function', 'agent']])
  })

  test('tells the usage of calls that told none', () => {
    const silent = { id: 'one', parent: 'agent', usage: {} }
    expectInAnyOrder([AGENT, silent], { agent: 'held', one: 'counted' })
  })

  test('counts when it stays alone, the innermost of several', () => {
    const inner = { ...AGENT, id: 'inner', parent: 'agent' }
    const empty = { ...AGENT, id: 'empty', parent: 'inner', usage: {} }
    const { known, parents } = arrive([AGENT, inner, empty])
    expect(settleHeld(known, parents)).toEqual([
      { spanId: 'agent', standing: 'restated' },
      { spanId: 'inner', standing: 'counted' },
    ])
  })

  test('that was settled is corrected by a leaf that comes later', () => {
    const counted: Known = { ...sight(AGENT), standing: 'counted' }
    const parents = new Map([['agent', 'app']])
    expect(decideStanding(sight({ id: 'one', parent: 'agent' }), [counted], parents)).toEqual({
      standing: 'counted',
      corrections: [{ spanId: 'agent', standing: 'restated' }],
    })
  })
})

test('what is free never holds or repeats anything', () => {
  const tool: Sketch = { id: 'tool', parent: 'agent', role: 'free' }
  expectInAnyOrder([AGENT, tool], { agent: 'held', tool: 'counted' })
})

describe('one call, seen twice', () => {
  const SDK: Sketch = { id: 'sdk', from: 100, to: 900 }

  test('wrapper above the SDK: the one nearer to the wire counts', () => {
    const wrapper = { id: 'wrapper', scope: 'wrapper' }
    const sdk = { ...SDK, parent: 'wrapper' }
    expectInAnyOrder([wrapper, sdk], { wrapper: 'echo', sdk: 'counted' })
  })

  test('siblings without a response id, one inside the other', () => {
    const wrapper = { id: 'wrapper', scope: 'wrapper' }
    expectInAnyOrder([wrapper, SDK], { wrapper: 'echo', sdk: 'counted' })
  })

  test('a wrapper that ends a little before the stream', () => {
    const wrapper = { id: 'wrapper', scope: 'wrapper', to: 890, usage: DETAILED }
    expectInAnyOrder([wrapper, SDK], { wrapper: 'counted', sdk: 'echo' })
  })

  test('a wrapper whose parent is a child of the parent', () => {
    const wrapper = { id: 'wrapper', scope: 'wrapper', parent: 'chain' }
    const expected = { wrapper: 'echo', sdk: 'counted' }
    expectInAnyOrder([wrapper, SDK], expected, [['chain', 'app']])
  })

  test('the one that tells more counts: unlisted cached tokens would cost too much', () => {
    const wrapper = { id: 'wrapper', scope: 'wrapper', usage: DETAILED }
    expectInAnyOrder([wrapper, SDK], { wrapper: 'counted', sdk: 'echo' })
  })

  test('the one that a gateway billed counts', () => {
    const wrapper = { id: 'wrapper', scope: 'wrapper', billed: true }
    const sdk = { ...SDK, usage: DETAILED }
    expectInAnyOrder([wrapper, sdk], { wrapper: 'counted', sdk: 'echo' })
  })

  test('the same response id, wherever the spans stand', () => {
    const one = { id: 'one', responseId: 'r', scope: 'a', usage: DETAILED }
    const other = { id: 'other', responseId: 'r', scope: 'b', parent: 'else', from: 5000, to: 6000 }
    expectInAnyOrder([one, other], { one: 'counted', other: 'echo' })
  })

  test('one that saw no usage, and one that counted the first token twice', () => {
    const silent = { id: 'silent', scope: 'a', usage: {} }
    const twice = { id: 'twice', scope: 'b', usage: { inputTokens: 1200, outputTokens: 341 } }
    expectInAnyOrder([SDK, silent], { sdk: 'counted', silent: 'echo' })
    expectInAnyOrder([SDK, twice], { sdk: 'counted', twice: 'echo' })
  })

  test('a container above the echo restates as well', () => {
    const wrapper = { id: 'wrapper', scope: 'wrapper', parent: 'agent' }
    const expected = { agent: 'restated', wrapper: 'echo', sdk: 'counted' }
    expectInAnyOrder([AGENT, wrapper, SDK], expected)
  })

  test('two calls and their two wrappers are two calls', () => {
    const sketches = [
      SDK,
      { ...SDK, id: 'sdk2', from: 110, to: 910 },
      { id: 'wrapper', scope: 'wrapper' },
      { id: 'wrapper2', scope: 'wrapper', from: 10, to: 1010 },
    ]
    const everyOrder = fc.shuffledSubarray(sketches, { minLength: sketches.length })
    fc.assert(
      fc.property(everyOrder, (order) => {
        const { standings } = arrive(order)
        expect(Object.values(standings).toSorted()).toEqual(['counted', 'counted', 'echo', 'echo'])
      }),
    )
  })
})

describe('two calls', () => {
  const one: Sketch = { id: 'one', scope: 'a', responseId: 'r1' }
  test.each<[string, Sketch]>([
    ['of one scope', { id: 'two', scope: 'a' }],
    ['of one scope with one id, as replays have', { id: 'two', scope: 'a', responseId: 'r1' }],
    ['with different response ids', { id: 'two', scope: 'b', responseId: 'r2' }],
    ['of different models', { id: 'two', scope: 'b', model: 'gpt-4o' }],
    ['with different usage', { id: 'two', scope: 'b', usage: { inputTokens: 1, outputTokens: 2 } }],
    ['one after the other', { id: 'two', scope: 'b', from: 1001, to: 2001 }],
    ['in different parts of the trace', { id: 'two', scope: 'b', parent: 'elsewhere' }],
  ])('%s', (_, two) => {
    expectInAnyOrder([one, two], { one: 'counted', two: 'counted' })
  })
})

test('a loop of parents ends', () => {
  const looped = { id: 'a', parent: 'b' }
  expect(arrive([looped, AGENT], [['b', 'a']]).standings).toMatchObject({ a: 'counted' })
})
