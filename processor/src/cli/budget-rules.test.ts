import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { writeBudgetRules } from './budget-rules.ts'

const NOTIFY = { kind: 'notify' } as const

function read(text: string): unknown[] {
  const { groups } = parse(text) as { groups: { rules: unknown[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

test('each threshold of what is in force is an alert', () => {
  const thresholds = [
    { percent: 80, of: 'spent', action: NOTIFY },
    { percent: 99.5, of: 'forecast', action: { kind: 'refuse' } },
  ] as const
  const search = { id: 'search', name: 'Search', life: 'approved', owner: 'olga', thresholds }
  const rules = read(writeBudgetRules([search, { ...search, id: 'asked', life: 'pending' }]))
  const by = 'spancost_budget_id, spancost_budget_key, spancost_budget_window'
  const of = '{spancost_budget_id="search"}'
  expect(rules).toMatchObject([
    {
      alert: 'SpancostBudgetSpent',
      expr: `max by (${by}) (spancost_budget_utilization${of}) >= 0.8`,
      labels: { severity: 'warning', threshold: '80', action: 'notify', owner: 'olga' },
    },
    {
      alert: 'SpancostBudgetForecast',
      expr:
        `max by (${by}) (spancost_budget_forecast${of}) / ` +
        `(max by (${by}) (spancost_budget_limit${of}) > 0) >= 0.995`,
      labels: { severity: 'info', action: 'refuse' },
    },
  ])
})

test('a name is no template and no YAML', () => {
  const name = '{{ $value }}\nannotations: { x: "y" }'
  const thresholds = [{ percent: 50, of: 'spent', action: NOTIFY }] as const
  const [rule] = read(writeBudgetRules([{ id: 'a', name, life: 'approved', thresholds }]))
  expect(Object.keys(rule as object)).toEqual(['alert', 'expr', 'labels', 'annotations'])
  expect(rule).toMatchObject({
    annotations: { summary: expect.stringMatching(/^Budget \{\{ "\{\{" \}\} \$value/) as unknown },
  })
})
