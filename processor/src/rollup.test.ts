import type { Entry, Recorded, Relative, Standing } from '@spancost/ledger'
import { describe, expect, test } from 'vitest'
import { createRollup, type Arrivals } from './rollup.ts'
import { createEntry } from './testing/api.ts'

const LIMITS = { maxSpans: 100, maxIdleMs: 1_000 }
const TRACE = '1'.repeat(32)
const COUNTED: Recorded = { outcome: 'recorded', standing: 'counted' }

type Spanned = Entry | Pick<Relative, 'traceId' | 'spanId' | 'parentSpanId'>

/** A call of 10 USD. */
const call = (spanId: string, parentSpanId: string, traceId = TRACE): Entry =>
  createEntry({ traceId, spanId, parentSpanId })
const hop = (spanId: string, parentSpanId: string, traceId = TRACE) => ({
  traceId,
  spanId,
  parentSpanId,
})

function arrive(spans: readonly Spanned[], word: Recorded = COUNTED): Arrivals {
  const entries = spans.filter((span) => 'rating' in span)
  const relatives = spans.filter((span) => !('rating' in span))
  return { entries, recorded: entries.map(() => word), relatives }
}

/** `USD/operations/unpriced` of the subtree and of the trace, by span. */
function add(rollup: ReturnType<typeof createRollup>, arrivals: Arrivals) {
  const answers = rollup.add(arrivals)
  const spans = [...arrivals.entries, ...arrivals.relatives]
  const told = spans.map(({ spanId }, index) => {
    const sums = [answers[index]!.subtree, answers[index]!.trace].map((sum) =>
      sum === undefined ? '-' : `${sum.costAtto / 10n ** 18n}/${sum.operations}/${sum.unpriced}`,
    )
    return [spanId, sums.join(' ')]
  })
  return Object.fromEntries(told)
}

describe('a trace', () => {
  const spans = [hop('root', ''), hop('agent', 'root'), call('a', 'agent'), call('b', 'a')]

  test('that comes bottom-up, span by span', () => {
    const rollup = createRollup(LIMITS)
    const told = spans.toReversed().map((span) => add(rollup, arrive([span])))
    expect(told).toEqual([
      { b: '- -' },
      { a: '20/2/0 -' },
      { agent: '20/2/0 -' },
      { root: '20/2/0 20/2/0' },
    ])
  })

  test.each([
    ['in one request', spans],
    ['the other way round', spans.toReversed()],
  ])('%s', (_, order) => {
    expect(add(createRollup(LIMITS), arrive(order))).toEqual({
      b: '- -',
      a: '20/2/0 -',
      agent: '20/2/0 -',
      root: '20/2/0 20/2/0',
    })
  })

  test('a late span still reaches those above its parent', () => {
    const rollup = createRollup(LIMITS)
    expect(add(rollup, arrive([hop('agent', 'root')]))).toEqual({ agent: '- -' })
    expect(add(rollup, arrive([call('a', 'agent')]))).toEqual({ a: '- -' })
    expect(add(rollup, arrive([hop('root', '')]))).toEqual({ root: '10/1/0 10/1/0' })
    // What came again gets what is known by now.
    expect(add(rollup, arrive([hop('agent', 'root')]))).toEqual({ agent: '10/1/0 -' })
  })

  test('what comes again is not added again', () => {
    const rollup = createRollup(LIMITS)
    const request = arrive([call('a', 'root'), hop('root', '')])
    const first = add(rollup, request)
    expect(first).toEqual({ a: '- -', root: '10/1/0 10/1/0' })
    const duplicate = { ...request, recorded: [{ ...COUNTED, outcome: 'duplicate' as const }] }
    expect(add(rollup, duplicate)).toEqual(first)
  })

  test('the root tells of what hangs on spans that nobody saw', () => {
    const told = add(createRollup(LIMITS), arrive([call('a', 'unseen'), hop('root', '')]))
    expect(told).toEqual({ a: '- -', root: '- 10/1/0' })
  })

  test('a root that is a call, and one without calls', () => {
    const told = add(createRollup(LIMITS), arrive([call('a', ''), hop('x', '', '2'.repeat(32))]))
    expect(told).toEqual({ a: '- 10/1/0', x: '- -' })
  })

  test('what is unpriced is counted apart', () => {
    const rating = { status: 'unpriced', reason: 'no_rate', book: 'b', lines: [] } as const
    const dark = { ...call('a', 'root'), rating }
    const told = add(createRollup(LIMITS), arrive([dark, call('b', 'root'), hop('root', '')]))
    expect(told).toMatchObject({ root: '10/2/1 10/2/1' })
  })

  test('circles end', () => {
    const rollup = createRollup(LIMITS)
    const circle = [call('a', 'b'), call('b', 'c'), call('c', 'a'), call('d', 'd')]
    expect(Object.keys(add(rollup, arrive(circle)))).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('standings', () => {
  test.each<Standing>(['held', 'restated', 'echo'])('what is %s adds nothing', (standing) => {
    const request = arrive([call('a', 'root'), hop('root', '')], { ...COUNTED, standing })
    expect(add(createRollup(LIMITS), request)).toEqual({ a: '- -', root: '- -' })
  })

  test('what turns out to be an echo is taken back', () => {
    const rollup = createRollup(LIMITS)
    add(rollup, arrive([call('sdk', 'wrapper')]))
    const changed = [{ spanId: 'sdk', standing: 'echo' as const }]
    const told = add(rollup, arrive([call('wrapper', 'root')], { ...COUNTED, changed }))
    expect(told).toEqual({ wrapper: '- -' })
    expect(add(rollup, arrive([hop('root', '')]))).toEqual({ root: '10/1/0 10/1/0' })
  })

  test('a word that overtook its span holds', () => {
    const rollup = createRollup(LIMITS)
    const changed = [{ spanId: 'sdk', standing: 'echo' as const }]
    add(rollup, arrive([call('wrapper', 'root')], { ...COUNTED, changed }))
    add(rollup, arrive([call('sdk', 'root')]))
    expect(add(rollup, arrive([hop('root', '')]))).toEqual({ root: '10/1/0 10/1/0' })
  })

  test('a held one that came again as settled counts from then on', () => {
    const rollup = createRollup(LIMITS)
    add(rollup, arrive([call('agent', 'root')], { ...COUNTED, standing: 'held' }))
    add(rollup, arrive([call('agent', 'root')], { ...COUNTED, outcome: 'duplicate' }))
    expect(add(rollup, arrive([hop('root', '')]))).toEqual({ root: '10/1/0 10/1/0' })
  })
})

describe('limits', () => {
  const [one, two] = ['a'.repeat(32), 'b'.repeat(32)]

  test('a quiet trace is forgotten, and nothing is said of it from then on', () => {
    let nowMs = 0
    const rollup = createRollup(LIMITS, () => nowMs)
    add(rollup, arrive([call('a', 'r', one)]))
    nowMs = 999
    add(rollup, arrive([call('b', 'r', one)]))
    nowMs = 1_998
    expect(add(rollup, arrive([hop('r', '', one)]))).toEqual({ r: '20/2/0 20/2/0' })
    nowMs = 2_998
    expect(add(rollup, arrive([hop('r', '', one)]))).toEqual({ r: '- -' })
    expect(add(rollup, arrive([call('a', 'r', one), hop('r', '', one)]))).toEqual({
      a: '- -',
      r: '- -',
    })
  })

  test('where there are too many spans, the quietest trace goes first', () => {
    const rollup = createRollup({ maxSpans: 4, maxIdleMs: 1_000 }, () => 0)
    add(rollup, arrive([call('a', 'r', one)]))
    add(rollup, arrive([call('a', 'r', two)]))
    add(rollup, arrive([call('b', 'r', one)]))
    expect(add(rollup, arrive([hop('r', '', two)]))).toEqual({ r: '- -' })
    expect(add(rollup, arrive([hop('r', '', one)]))).toEqual({ r: '20/2/0 20/2/0' })
  })

  test('a trace that is too long alone is forgotten after the request that made it so', () => {
    const rollup = createRollup({ maxSpans: 2, maxIdleMs: 1_000 }, () => 0)
    const request = arrive([call('a', 'r', one), call('b', 'r', one), hop('r', '', one)])
    expect(add(rollup, request)).toMatchObject({ r: '20/2/0 20/2/0' })
    expect(add(rollup, request)).toMatchObject({ r: '- -' })
  })

  test('spans whose ancestors all came first, in a deep chain, reach a thousand of them', () => {
    const rollup = createRollup({ maxSpans: 10_000, maxIdleMs: 1_000 })
    const chain = Array.from({ length: 1_200 }, (_, index) => hop(`${index}`, `${index - 1}`))
    add(rollup, arrive(chain))
    const told = add(rollup, arrive([call('a', '1199'), ...chain]))
    expect(told).toMatchObject({ 1199: '10/1/0 -', 200: '10/1/0 -', 199: '- -' })
  })
})
