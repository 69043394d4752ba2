import { describe, expect, test } from 'vitest'
import { NOTHING, type Amounts, type Counter } from './assess.ts'
import { DEFAULT_THRESHOLDS, type Budget, type Threshold } from './budget.ts'
import { decide, type Level } from './decide.ts'

const WINDOW = { id: 'day:2026-11-23', startUnixMs: 0, endUnixMs: 86_400_000 }

function cost(costAtto: bigint): Amounts {
  return { ...NOTHING, costAtto, operations: 1n }
}

function counter(spent: bigint, held = 0n): Counter {
  return { spent: cost(spent), held: { ...NOTHING, costAtto: held }, unpriced: 0n }
}

function level(id: string, amount: bigint, spent: Counter, more: Partial<Budget> = {}): Level {
  const budget: Budget = {
    id,
    name: id,
    scope: {},
    each: [],
    limit: { measure: 'cost', amount },
    window: { period: 'day', zone: 'UTC', weekStart: 1, fiscalStart: 1 },
    carriesOver: false,
    mayOvercommit: false,
    thresholds: DEFAULT_THRESHOLDS,
    unpriced: 'allow',
    onFailure: 'allow',
    ...more,
  }
  return { budget, key: '', window: WINDOW, counter: spent, lastMinute: 0 }
}

function from(percent: number, action: Threshold['action']): Threshold {
  return { percent, of: 'spent', action }
}

const ask = (costAtto: bigint) => ({ model: 'gpt-5.4', worstCase: cost(costAtto), isPriced: true })

describe('a decision', () => {
  test('allows what fits at every level, to the last atto', () => {
    const levels = [level('team', 100n, counter(40n, 10n)), level('top', 1000n, counter(900n))]
    const { verdict, by } = decide(ask(50n), levels)
    expect(verdict).toEqual({ kind: 'allow' })
    expect(by).toBeUndefined()
  })

  test('denies the operation that would cross a limit', () => {
    const levels = [level('team', 100n, counter(40n, 10n)), level('top', 1000n, counter(900n))]
    expect(decide(ask(51n), levels)).toMatchObject({
      verdict: { kind: 'deny' },
      by: { budgetId: 'team', windowId: 'day:2026-11-23', why: 'too_large' },
    })
    expect(decide(ask(101n), levels.slice(1)).by).toMatchObject({ budgetId: 'top' })
  })

  test('counts what is held as taken', () => {
    expect(decide(ask(0n), [level('team', 100n, counter(60n, 40n))])).toMatchObject({
      verdict: { kind: 'deny' },
      by: { why: 'limit' },
    })
  })

  test('says what is left at every level', () => {
    const { levels } = decide(ask(0n), [
      level('team', 100n, counter(40n, 10n)),
      level('top', 1000n, counter(1200n)),
    ])
    expect(levels).toMatchObject([
      { budgetId: 'team', left: 50n, percent: 40, state: 'active' },
      { budgetId: 'top', left: 0n, percent: 120, state: 'exhausted' },
    ])
  })

  test('only tells where no threshold refuses', () => {
    const soft = level('team', 100n, counter(500n), { thresholds: [from(100, { kind: 'notify' })] })
    expect(decide(ask(1n), [soft]).verdict).toEqual({ kind: 'allow' })
  })

  test('refuses from the lowest threshold that does', () => {
    const early = level('team', 100n, counter(50n), { thresholds: [from(90, { kind: 'refuse' })] })
    expect(decide(ask(40n), [early]).verdict.kind).toBe('allow')
    expect(decide(ask(41n), [early]).verdict.kind).toBe('deny')
  })

  test('asks for another model from a threshold on', () => {
    const action = { kind: 'downgrade', models: ['gpt-5.4-mini', 'gpt-5.4-nano'] } as const
    const levels = [level('team', 100n, counter(80n), { thresholds: [from(80, action)] })]
    expect(decide(ask(1n), levels).verdict).toEqual({ kind: 'downgrade', model: 'gpt-5.4-mini' })
    const nano = { ...ask(1n), model: 'gpt-5.4-nano' }
    expect(decide(nano, levels).verdict).toEqual({ kind: 'allow' })
    const before = [level('team', 100n, counter(79n), { thresholds: [from(80, action)] })]
    expect(decide(ask(1n), before).verdict).toEqual({ kind: 'allow' })
  })

  test('slows down to the lowest rate that was passed', () => {
    const thresholds = [
      from(50, { kind: 'throttle', perMinute: 30 }),
      from(80, { kind: 'throttle', perMinute: 6 }),
    ]
    const at = level('team', 100n, counter(80n), { thresholds })
    expect(decide(ask(1n), [{ ...at, lastMinute: 5 }]).verdict).toEqual({ kind: 'allow' })
    expect(decide(ask(1n), [{ ...at, lastMinute: 6 }]).verdict).toEqual({
      kind: 'throttle',
      retryAfterMs: 10_000,
    })
  })

  test('answers the strictest objection', () => {
    const slow = level('a', 100n, counter(80n), {
      thresholds: [from(50, { kind: 'throttle', perMinute: 0 })],
    })
    expect(decide(ask(1n), [slow, level('b', 10n, counter(10n))])).toMatchObject({
      verdict: { kind: 'deny' },
      by: { budgetId: 'b' },
    })
  })

  test('refuses what has no price only where the budget says so', () => {
    const unknown = { worstCase: NOTHING, isPriced: false }
    expect(decide(unknown, [level('a', 10n, counter(0n))]).verdict.kind).toBe('allow')
    expect(decide(unknown, [level('a', 10n, counter(0n), { unpriced: 'refuse' })])).toMatchObject({
      verdict: { kind: 'deny' },
      by: { why: 'unpriced' },
    })
  })

  test('measures tokens and operations, too', () => {
    const spent = { ...NOTHING, operations: 9n, tokens: { ...NOTHING.tokens, output: 90n } }
    const used: Counter = { spent, held: NOTHING, unpriced: 0n }
    const calls = level('c', 0n, used, { limit: { measure: 'operations', amount: 10n } })
    expect(decide(ask(0n), [calls]).verdict.kind).toBe('allow')
    const output = { measure: 'tokens', types: ['output'], amount: 100n } as const
    const question = (tokens: bigint) => ({
      worstCase: { ...NOTHING, tokens: { ...NOTHING.tokens, input: 999n, output: tokens } },
      isPriced: true,
    })
    const quota = level('t', 0n, used, { limit: output })
    expect(decide(question(10n), [quota]).verdict.kind).toBe('allow')
    expect(decide(question(11n), [quota]).verdict.kind).toBe('deny')
  })

  test('has what the window before left, once', () => {
    const carrying = level('a', 100n, counter(150n), { carriesOver: true })
    const before = (spent: bigint) => ({ window: WINDOW, counter: counter(spent) })
    const [assessed] = decide(ask(10n), [{ ...carrying, before: before(40n) }]).levels
    expect(assessed).toMatchObject({ limit: 160n, left: 10n })
    const [overspent] = decide(ask(0n), [{ ...carrying, before: before(140n) }]).levels
    expect(overspent).toMatchObject({ limit: 100n, left: 0n, state: 'exhausted' })
  })

  test('may rest on a forecast', () => {
    const thresholds: Threshold[] = [{ percent: 100, of: 'forecast', action: { kind: 'refuse' } }]
    const at = level('a', 100n, counter(30n), { thresholds })
    expect(decide(ask(1n), [{ ...at, forecast: 99n }]).verdict.kind).toBe('allow')
    expect(decide(ask(1n), [{ ...at, forecast: 100n }]).verdict.kind).toBe('deny')
    expect(decide(ask(1n), [at]).verdict.kind).toBe('allow')
  })
})
