import { expect, test } from 'vitest'
import { titleOf } from './alert-title.ts'

test.each([
  ['budget/web/month:2026-11-01/spent/80', 'Budget web is used to 80 % in month:2026-11-01'],
  [
    'budget/per-user/%5B%22u%2F1%22%2C%22b%22%5D/total/forecast/100',
    'Budget per-user for u/1, b is forecast to reach 100 % in total',
  ],
  ['budget/web/%5B/total/spent/50', 'Budget web for [ is used to 50 % in total'],
  ['anomaly/cost/service%20web', 'Spend of service web is unusually high'],
  ['anomaly/operation/web', 'An operation of web cost far more than others'],
  ['anomaly/silence/web', 'Nothing comes from web'],
  ['anomaly/unpriced/web', 'Unusually many operations of web have no full price'],
  ['anomaly/model/gpt-9', 'A model is called for the first time: gpt-9'],
  ['anomaly/cost/%E2%82', 'Spend of %E2%82 is unusually high'],
  [`anomaly/silence/${'0f'.repeat(32)}`, 'Nothing comes from something with a long name'],
  ['anomaly/weather/x', undefined],
  ['budget/web', undefined],
  ['feed/silent', undefined],
])('the key %s in words', (key, title) => {
  expect(titleOf(key)).toBe(title)
})
