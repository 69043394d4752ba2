import { createDashboard, showRanking, showStat, showTrend } from './panels.ts'
import { DIMENSIONS, growth, perHour, TOKENS } from './queries.ts'

const SAVINGS = 'spancost_cache_savings_total'
const PREMIUM = 'spancost_cache_premium_total'
const INPUT = 'gen_ai_token_type=~"input|cache_read|cache_write"'
const OUTPUT = 'gen_ai_token_type=~"output|reasoning"'
const CACHED = 'gen_ai_token_type="cache_read"'

function share(part: string, whole: string): string {
  return `${growth(TOKENS, [], part)} / ${growth(TOKENS, [], whole)}`
}

/** What the tokens were, and what caching them saved. Token types are disjoint. */
export const TOKENS_AND_CACHE = createDashboard(
  {
    uid: 'spancost-tokens',
    title: 'spancost / Tokens and cache',
    description: 'Tokens by disjoint type, how prompts relate to completions, and cache savings.',
    hasDimensions: true,
  },
  [
    {
      title: 'In the time range',
      panels: [
        showStat(
          { title: 'Tokens', description: 'Of all types; each counted once.', unit: 'short' },
          growth(TOKENS),
        ),
        showStat(
          {
            title: 'Prompt to completion',
            description: 'Input tokens, cached ones too, for each token of output and reasoning.',
            unit: 'short',
          },
          share(INPUT, OUTPUT),
        ),
        showStat(
          {
            title: 'Read from cache',
            description: 'Share of the input tokens.',
            unit: 'percentunit',
          },
          share(CACHED, INPUT),
        ),
        showStat(
          {
            title: 'Saved by caches',
            description: 'What tokens read from caches would have cost more as plain input.',
            unit: 'currencyUSD',
          },
          growth(SAVINGS),
        ),
        showStat(
          {
            title: 'Paid for cache writes',
            description: 'What tokens written into caches cost more than as plain input.',
            unit: 'currencyUSD',
          },
          `(${growth(PREMIUM)} or vector(0))`,
        ),
        showStat(
          {
            title: 'What caching brought',
            description: 'Savings less what the writes cost more. Below 0 caching costs money.',
            unit: 'currencyUSD',
          },
          `(${growth(SAVINGS)} or vector(0)) - (${growth(PREMIUM)} or vector(0))`,
        ),
      ],
    },
    {
      title: 'Over time',
      panels: [
        showTrend(
          { title: 'Tokens per hour by type', description: 'Disjoint types.', unit: 'short' },
          [{ expr: perHour(TOKENS, ['gen_ai_token_type']), legend: '{{gen_ai_token_type}}' }],
          { isStacked: true },
        ),
        showTrend(
          { title: 'Tokens per hour by model', description: 'All types.', unit: 'short' },
          [{ expr: perHour(TOKENS, [DIMENSIONS.model]), legend: `{{${DIMENSIONS.model}}}` }],
          { isStacked: true },
        ),
        showTrend(
          {
            title: 'Prompt tokens for each completion token',
            description: 'Falls where answers grow, rises where context does.',
            unit: 'short',
          },
          [
            {
              expr: `${perHour(TOKENS, [DIMENSIONS.model], INPUT)} / ${perHour(TOKENS, [DIMENSIONS.model], OUTPUT)}`,
              legend: `{{${DIMENSIONS.model}}}`,
            },
          ],
        ),
        showTrend(
          {
            title: 'Share of input read from cache',
            description:
              'A drop means that prompts changed where they should not, or too rarely come.',
            unit: 'percentunit',
          },
          [
            {
              expr: `${perHour(TOKENS, [DIMENSIONS.model], CACHED)} / ${perHour(TOKENS, [DIMENSIONS.model], INPUT)}`,
              legend: `{{${DIMENSIONS.model}}}`,
            },
          ],
        ),
        showTrend(
          {
            title: 'Saved by caches per hour',
            description: 'By model.',
            unit: 'currencyUSD',
          },
          [{ expr: perHour(SAVINGS, [DIMENSIONS.model]), legend: `{{${DIMENSIONS.model}}}` }],
          { isStacked: true },
        ),
        showRanking(
          { title: 'Tokens by service', description: 'The ten with most.', unit: 'short' },
          {
            expr: `topk(10, ${growth(TOKENS, [DIMENSIONS.service])} > 0)`,
            legend: `{{${DIMENSIONS.service}}}`,
          },
        ),
      ],
    },
  ],
)
