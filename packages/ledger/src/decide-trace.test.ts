import type { Operation, Usage } from '@spancost/genai'
import { splitUsage } from '@spancost/genai'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Standing } from './entry.ts'
import { decideTrace, listSettled, type Known } from './decide-trace.ts'
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
    const operations = [...known, sighting]
    const { standings } = decideTrace({ operations, parents, isWhole: true })
    known = operations.map((each) => ({ ...each, standing: standings.get(each.spanId)! }))
  }
  return { known, parents, standings: tell(known) }
}

function tell(known: readonly Known[]): Record<string, string> {
  return Object.fromEntries(known.map(({ spanId, standing }) => [spanId, standing!]))
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
    expectInAnyOrder([AGENT, inner, empty], { agent: 'restated', inner: 'held', empty: 'held' })
    const { known } = arrive([AGENT, inner, empty])
    expect(listSettled(known)).toEqual([
      { spanId: 'inner', standing: 'counted', reason: 'settled' },
    ])
  })

  test('counts, too, when its usage makes no sense: what is unknown is to be seen', () => {
    const { known } = arrive([{ ...AGENT, usage: { inputTokens: 5, cacheReadTokens: -1 } }])
    expect(known[0]!.units.size).toBe(0)
    expect(listSettled(known)).toHaveLength(1)
  })

  test('with a billed cost alone counts, and so does what it holds', () => {
    const billed = { ...AGENT, usage: {}, billed: true }
    expect(listSettled(arrive([billed]).known)).toHaveLength(1)
    const call = { id: 'one', parent: 'agent', usage: {}, billed: true }
    expectInAnyOrder([AGENT, call], { agent: 'restated', one: 'counted' })
  })

  test('that was settled is corrected by a leaf that comes later', () => {
    const counted: Known = { ...sight(AGENT), standing: 'counted' }
    const parents = new Map([['agent', 'app']])
    const operations = [counted, sight({ id: 'one', parent: 'agent' })]
    const { standings, changes } = decideTrace({ operations, parents, isWhole: true })
    expect(standings.get('one')).toBe('counted')
    expect(changes).toEqual([{ spanId: 'agent', standing: 'restated', reason: 'late_leaf' }])
  })

  test('that was settled stays counted while nothing comes below it', () => {
    const counted: Known = { ...sight(AGENT), standing: 'counted' }
    const parents = new Map([['agent', 'app']])
    const operations = [counted, sight({ id: 'one' })]
    expect(decideTrace({ operations, parents, isWhole: true }).changes).toEqual([])
  })
})

describe('the reason of a change', () => {
  const known = (sketch: Sketch, standing: Standing): Known => ({
    ...sight(sketch),
    standing,
  })

  test('is a parent that was not known', () => {
    const operations = [known(AGENT, 'held'), known({ id: 'one', parent: 'http' }, 'counted')]
    const parents = new Map([
      ['http', 'agent'],
      ['agent', ''],
    ])
    expect(decideTrace({ operations, parents, isWhole: true }).changes).toEqual([
      { spanId: 'agent', standing: 'restated', reason: 'late_parent' },
    ])
  })

  test('is a better sighting', () => {
    const operations = [
      known({ id: 'sdk', from: 100, to: 900 }, 'counted'),
      sight({ id: 'wrapper', scope: 'wrapper', usage: DETAILED }),
    ]
    const parents = new Map([['app', '']])
    expect(decideTrace({ operations, parents, isWhole: true }).changes).toEqual([
      { spanId: 'sdk', standing: 'echo', reason: 'better_sighting' },
    ])
  })
})

describe('a trace of which only a part is looked at', () => {
  const parents = new Map([['app', '']])
  const echo: Known = { ...sight({ id: 'old', scope: 'wrapper' }), standing: 'echo' }

  test('an echo whose call is not there stays one', () => {
    const operations = [echo, sight({ id: 'other', model: 'gpt-4o' })]
    expect(decideTrace({ operations, parents, isWhole: false }).changes).toEqual([])
  })

  test('what is one call with it repeats the same', () => {
    const operations = [echo, sight({ id: 'new' })]
    expect(decideTrace({ operations, parents, isWhole: false }).standings.get('new')).toBe('echo')
  })

  test('unless the call is there', () => {
    const call: Known = { ...sight({ id: 'call', scope: 'a' }), standing: 'counted' }
    const operations = [echo, call, sight({ id: 'new', usage: DETAILED })]
    const { standings } = decideTrace({ operations, parents, isWhole: false })
    expect(Object.fromEntries(standings)).toEqual({ old: 'echo', call: 'echo', new: 'counted' })
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
