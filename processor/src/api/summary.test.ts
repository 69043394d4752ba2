import { decide, DEFAULT_THRESHOLDS, NOTHING, type Budget, type Level } from '@spancost/budget'
import { expect, test } from 'vitest'
import { budget as budgetSchema } from '../config/budgets.ts'
import { summarize } from './decisions.ts'

/** The longest id that is taken, and the most money: of an hour, whose name is the longest. */
const ID = 'x'.repeat(64)
const MOST = '999999999.999999999999999999'
const WINDOW = { id: 'hour:2026-11-24T00:00:00.000Z', startUnixMs: 0, endUnixMs: 3_600_000 }

function level(budget: Budget): Level {
  const counter = { spent: NOTHING, held: NOTHING, unpriced: 0n }
  return { budget, key: '', window: WINDOW, counter, lastMinute: 0 }
}

test('a decision’s summary fits into a header of 256 bytes, whatever is named', () => {
  const parsed = budgetSchema.parse({
    id: ID,
    limit: { amount: MOST },
    window: { period: 'hour', carryOver: true },
    unpriced: 'refuse',
  })
  const question = { worstCase: NOTHING, isPriced: false }
  const before = { window: WINDOW, counter: level(parsed).counter }
  const decision = decide(question, [{ ...level(parsed), before }])
  const written = summarize({ ...decision, verdict: { kind: 'downgrade', model: 'x' } })
  expect(written).toBe(
    `decision=downgrade, budget="${ID}", window="${WINDOW.id}", reason=unpriced, ` +
      'left="1999999999.999999999999999998 USD"',
  )
  expect(written.length).toBeLessThan(200)

  // The dearest currency that a config can have, with all the digits of a fraction.
  const usd = { num: 999_999_999n * 10n ** 18n + 999_999_999_999_999n * 1000n, den: 1n }
  const rates = [{ since: '2026-01-01', from: '2026-01-01', usd }]
  const limit = { ...parsed.limit, foreign: { currency: 'KWD', rates } } as Budget['limit']
  const dear = decide(question, [{ ...level({ ...parsed, limit }), before }])
  expect(summarize({ ...dear, verdict: { kind: 'downgrade', model: 'x' } }).length).toBeLessThan(
    256,
  )

  const tokens = { measure: 'operations', amount: 2n ** 53n } as const
  const counted = { ...parsed, limit: tokens, thresholds: DEFAULT_THRESHOLDS }
  expect(summarize(decide(question, [level(counted)])).length).toBeLessThan(256)
})
