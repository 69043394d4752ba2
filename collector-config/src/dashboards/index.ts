import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { BUDGETS } from './budgets.ts'
import { COST_OVERVIEW } from './cost-overview.ts'
import { GROWTH_AND_ANOMALIES } from './growth-and-anomalies.ts'
import { PROCESSOR_HEALTH } from './processor-health.ts'
import { TOKENS_AND_CACHE } from './tokens-and-cache.ts'

/** By the name of the file that each is written to, in `grafana/`. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  'cost-overview': COST_OVERVIEW,
  'tokens-and-cache': TOKENS_AND_CACHE,
  'growth-and-anomalies': GROWTH_AND_ANOMALIES,
  budgets: BUDGETS,
  'processor-health': PROCESSOR_HEALTH,
}
