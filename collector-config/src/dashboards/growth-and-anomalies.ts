import { createDashboard, showRanking, showStat, showTrend } from './panels.ts'
import { COST, DIMENSIONS, growthBefore, growthOfLast, quantile, spendOfHour } from './queries.ts'

const USD = 'currencyUSD'

/** The same hour of the four weeks before: their mean and deviation are what is usual. */
function sameHourOfOtherWeeks(aggregate: 'avg' | 'stddev'): string {
  const weeks = [1, 2, 3, 4].map(
    (week) => `label_replace(${spendOfHour(` offset ${week}w`)}, "week", "${week}", "", "")`,
  )
  return `${aggregate} (${weeks.join(' or ')})`
}

/** What changed: growth over days and weeks, hours unlike their kind, expensive operations. */
export const GROWTH_AND_ANOMALIES = createDashboard(
  {
    uid: 'spancost-growth',
    title: 'spancost / Growth and anomalies',
    description: 'Growth by day and week, hours that are unlike their kind, cost per operation.',
    hasDimensions: true,
  },
  [
    {
      title: 'Growth',
      panels: [
        showStat(
          { title: 'Last 24 hours', description: 'Spend, exact.', unit: USD },
          growthOfLast('1d', COST),
        ),
        showStat(
          {
            title: 'Over the day before',
            description: 'The last 24 hours against the 24 before.',
            unit: 'percentunit',
          },
          `${growthOfLast('1d', COST)} / ${growthBefore('1d', COST)} - 1`,
        ),
        showStat(
          { title: 'Last 7 days', description: 'Spend, exact.', unit: USD },
          growthOfLast('7d', COST),
        ),
        showStat(
          {
            title: 'Over the week before',
            description: 'The last 7 days against the 7 before.',
            unit: 'percentunit',
          },
          `${growthOfLast('7d', COST)} / ${growthBefore('7d', COST)} - 1`,
        ),
        showRanking(
          {
            title: 'Growth by model',
            description: 'What the last 24 hours cost more than the 24 before.',
            unit: USD,
          },
          {
            expr: `topk(10, ${growthOfLast('1d', COST, [DIMENSIONS.model])} - ${growthBefore('1d', COST, [DIMENSIONS.model])})`,
            legend: `{{${DIMENSIONS.model}}}`,
          },
        ),
        showRanking(
          {
            title: 'Growth by service',
            description: 'What the last 24 hours cost more than the 24 before.',
            unit: USD,
          },
          {
            expr: `topk(10, ${growthOfLast('1d', COST, [DIMENSIONS.service])} - ${growthBefore('1d', COST, [DIMENSIONS.service])})`,
            legend: `{{${DIMENSIONS.service}}}`,
          },
        ),
      ],
    },
    {
      title: 'Hours unlike their kind',
      panels: [
        showTrend(
          {
            title: 'Spend of the last hour, and three standard deviations above usual',
            description: 'Usual is the same hour of the four weeks before. Above the line: look.',
            unit: USD,
          },
          [
            { expr: spendOfHour(), legend: 'last hour' },
            {
              expr: `${sameHourOfOtherWeeks('avg')} + 3 * ${sameHourOfOtherWeeks('stddev')}`,
              legend: 'usual + 3 deviations',
            },
            { expr: `3 * ${spendOfHour(' offset 1d')}`, legend: '3 x the same hour yesterday' },
          ],
          { isWide: true },
        ),
      ],
    },
    {
      title: 'Cost of single operations',
      panels: [
        showTrend(
          {
            title: 'Percentiles of cost per operation',
            description:
              'From a histogram with eight bounds: a share inside a bucket is estimated.',
            unit: USD,
          },
          [0.5, 0.9, 0.99].map((q) => ({
            expr: quantile(q, 'spancost_operation_cost'),
            legend: `p${q * 100}`,
          })),
          { withExemplars: true },
        ),
        showTrend(
          {
            title: '95th percentile by model',
            description: 'Exemplars lead to the trace.',
            unit: USD,
          },
          [
            {
              expr: quantile(0.95, 'spancost_operation_cost', [DIMENSIONS.model]),
              legend: `{{${DIMENSIONS.model}}}`,
            },
          ],
          { withExemplars: true },
        ),
      ],
    },
  ],
)
