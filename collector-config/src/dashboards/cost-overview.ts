import { createDashboard, showRanking, showStat, showTable, showTrend } from './panels.ts'
import {
  COST,
  DIMENSIONS,
  gauge,
  growth,
  growthBefore,
  growthOfLast,
  OPERATIONS,
  perHour,
} from './queries.ts'

const USD = 'currencyUSD'
const UNPRICED = 'spancost_cost_status=~"unpriced|partial"'

/** Where the money went, in total and by every dimension. */
export const COST_OVERVIEW = createDashboard(
  {
    uid: 'spancost-overview',
    title: 'spancost / Cost overview',
    description: 'What GenAI operations cost, by service, model and the dimensions of the config.',
    hasDimensions: true,
  },
  [
    {
      title: 'Now',
      panels: [
        showStat(
          {
            title: 'Spend',
            description: 'In the time range, exact, less what corrections took back.',
            unit: USD,
          },
          growth(COST),
        ),
        showStat(
          { title: 'Operations', description: 'Counted GenAI calls in the range.', unit: 'short' },
          growth(OPERATIONS),
        ),
        showStat(
          {
            title: 'Cost per operation',
            description: 'Spend over operations in the range.',
            unit: USD,
          },
          `${growth(COST)} / ${growth(OPERATIONS)}`,
        ),
        showStat(
          {
            title: 'Without a full price',
            description: 'Share of operations that are unpriced or partial: their cost is not 0.',
            unit: 'percentunit',
          },
          `(${growth(OPERATIONS, [], UNPRICED)} or vector(0)) / ${growth(OPERATIONS)}`,
        ),
      ],
    },
    {
      title: 'Over time',
      panels: [
        showTrend(
          { title: 'Spend per hour by model', description: 'Adds up to the whole.', unit: USD },
          [{ expr: perHour(COST, [DIMENSIONS.model]), legend: `{{${DIMENSIONS.model}}}` }],
          { isStacked: true },
        ),
        showTrend(
          { title: 'Spend per hour by service', description: 'Adds up to the whole.', unit: USD },
          [{ expr: perHour(COST, [DIMENSIONS.service]), legend: `{{${DIMENSIONS.service}}}` }],
          { isStacked: true },
        ),
        showTrend(
          {
            title: 'Spend of the last 24 hours, and of the 24 before',
            description: 'Two rolling days, at every point in time.',
            unit: USD,
          },
          [
            { expr: growthOfLast('1d', COST), legend: 'last 24 hours' },
            { expr: growthBefore('1d', COST), legend: 'a day ago' },
          ],
        ),
        showTrend(
          {
            title: 'Spend per hour by part',
            description: 'Input, output, cache reads, cache writes and the rest.',
            unit: USD,
          },
          [{ expr: perHour(COST, ['spancost_cost_part']), legend: '{{spancost_cost_part}}' }],
          { isStacked: true },
        ),
        showTrend(
          {
            title: 'Cost of the last 60 minutes by model',
            description: 'By when operations started, so late spans count where they belong.',
            unit: USD,
          },
          [
            {
              expr: gauge('spancost_cost_rate', [DIMENSIONS.model]),
              legend: `{{${DIMENSIONS.model}}}`,
            },
          ],
          { isStacked: true },
        ),
      ],
    },
    {
      title: 'By dimension, in the time range',
      panels: [
        ...Object.entries(DIMENSIONS).map(([name, label]) =>
          showRanking(
            {
              title: `Spend by ${name}`,
              description: `The ten most expensive; what has no ${name} is left out.`,
              unit: USD,
            },
            {
              expr: `topk(10, ${growth(COST, [label], `${label}!=""`)} > 0)`,
              legend: `{{${label}}}`,
            },
          ),
        ),
        showTable(
          { title: 'Services and models', description: 'In the time range.', unit: 'short' },
          {
            spend: growth(COST, [DIMENSIONS.service, DIMENSIONS.model]),
            operations: growth(OPERATIONS, [DIMENSIONS.service, DIMENSIONS.model]),
          },
          { spend: USD },
        ),
      ],
    },
  ],
)
