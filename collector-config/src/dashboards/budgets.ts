import { createDashboard, showTable, showTrend } from './panels.ts'

const BY = 'spancost_budget_id, spancost_budget_window'
const LEGEND = '{{spancost_budget_id}} {{spancost_budget_window}}'

function ask(metric: string): string {
  return `max by (${BY}) (spancost_budget_${metric})`
}

/** Budgets in their present windows. */
export const BUDGETS = createDashboard(
  {
    uid: 'spancost-budgets',
    title: 'spancost / Budgets',
    description: 'How far each budget is used, held and forecast in its window.',
    hasDimensions: false,
  },
  [
    {
      title: 'Budgets',
      panels: [
        showTable(
          {
            title: 'Present windows',
            description: 'Limits are in USD, tokens or operations, as the budget says.',
            unit: 'short',
          },
          {
            limit: ask('limit'),
            spent: ask('spent'),
            held: ask('held'),
            forecast: ask('forecast'),
            used: ask('utilization'),
          },
          { used: 'percentunit' },
        ),
        showTrend(
          {
            title: 'Used',
            description: 'Spent over limit; from 1 on it is exhausted.',
            unit: 'percentunit',
          },
          [{ expr: ask('utilization'), legend: LEGEND }],
        ),
        showTrend(
          {
            title: 'Forecast over limit',
            description: 'What the window is expected to end with. Over 1 it will not last.',
            unit: 'percentunit',
          },
          [{ expr: `${ask('forecast')} / ${ask('limit')}`, legend: LEGEND }],
        ),
      ],
    },
  ],
)
