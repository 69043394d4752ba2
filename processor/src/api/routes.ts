import type { Route } from './answer.ts'
import {
  auditRoute,
  budgetRoute,
  budgetsRoute,
  budgetStepRoutes,
  requestBudgetRoute,
} from './budgets.ts'
import { alertsRoute, alertStepRoutes } from './alerts.ts'
import { decideRoute, decisionRoute, holdRoutes } from './decisions.ts'
import { extAuthzRoute } from './ext-authz.ts'
import { pricesRoute } from './prices.ts'
import { forecastRoute } from './forecast.ts'
import { percentilesRoute } from './percentiles.ts'
import { spendRoute } from './spend.ts'
import { healthRoutes, metricsRoute, openApiRoute, readyRoutes } from './status.ts'
import { entriesRoute, topTracesRoute, traceRoute } from './traces.ts'
import { heldRoute } from './held.ts'
import { unpricedRoute } from './unpriced.ts'

/** Everything that can be asked for. */
export const ROUTES: readonly Route[] = [
  spendRoute,
  percentilesRoute,
  forecastRoute,
  topTracesRoute,
  traceRoute,
  entriesRoute,
  unpricedRoute,
  heldRoute,
  pricesRoute,
  budgetsRoute,
  requestBudgetRoute,
  budgetRoute,
  ...budgetStepRoutes,
  auditRoute,
  decideRoute,
  decisionRoute,
  ...holdRoutes,
  extAuthzRoute,
  alertsRoute,
  ...alertStepRoutes,
  openApiRoute,
  ...healthRoutes,
  ...readyRoutes,
  metricsRoute,
]

export interface Match {
  readonly kind: 'route'
  readonly route: Route
  /** Parameters of the path, decoded. */
  readonly found: readonly (readonly [name: string, text: string])[]
}

type FoundRoute =
  | Match
  /** There is such a path, but only for these methods. */
  | { readonly kind: 'methods'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

/** The route of a path, without its query, and a method; HEAD is GET. */
export function findRoute(path: string, method = 'GET'): FoundRoute {
  const segments = path.split('/')
  const matches = ROUTES.flatMap((route): Match[] => {
    const found = matchSegments(route.path.split('/'), segments)
    return found === undefined ? [] : [{ kind: 'route', route, found }]
  })
  if (matches.length === 0) return { kind: 'none' }
  const wanted = method === 'HEAD' ? 'GET' : method
  const match = matches.find(({ route }) => route.method === wanted || route.method === 'ANY')
  const methods = matches.map(({ route }) => route.method)
  const allow = methods.flatMap((each) => (each === 'GET' ? ['GET', 'HEAD'] : [each]))
  return match ?? { kind: 'methods', allow }
}

function matchSegments(
  wanted: readonly string[],
  given: readonly string[],
): Match['found'] | undefined {
  const found: [string, string][] = []
  const [rest = ''] = wanted.slice(-1)
  if (rest.startsWith('{+')) {
    const before = wanted.slice(0, -1)
    const tail = given.slice(before.length).join('/')
    const head = matchSegments(before, given.slice(0, before.length))
    return head && [...head, [rest.slice(2, -1), tail]]
  }
  if (wanted.length !== given.length) return undefined
  for (const [index, want] of wanted.entries()) {
    const have = given[index]!
    if (want.startsWith('{')) found.push([want.slice(1, -1), decodeSegment(have)])
    else if (want !== have) return undefined
  }
  return found
}

/** What is not well encoded stays as it is, and is then refused as a value. */
function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
