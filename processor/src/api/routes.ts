import type { Route } from './answer.ts'
import { pricesRoute } from './prices.ts'
import { spendRoute } from './spend.ts'
import { healthRoutes, metricsRoute, openApiRoute, readyRoutes } from './status.ts'
import { entriesRoute, topTracesRoute, traceRoute } from './traces.ts'
import { unpricedRoute } from './unpriced.ts'

/** Everything that can be asked for, all of it by GET and HEAD. */
export const ROUTES: readonly Route[] = [
  spendRoute,
  topTracesRoute,
  traceRoute,
  entriesRoute,
  unpricedRoute,
  pricesRoute,
  openApiRoute,
  ...healthRoutes,
  ...readyRoutes,
  metricsRoute,
]

interface Match {
  readonly route: Route
  /** Parameters of the path, decoded. */
  readonly found: readonly (readonly [name: string, text: string])[]
}

/** The route of a path, without its query; `undefined`: there is none. */
export function findRoute(path: string): Match | undefined {
  const segments = path.split('/')
  for (const route of ROUTES) {
    const found = matchSegments(route.path.split('/'), segments)
    if (found !== undefined) return { route, found }
  }
  return undefined
}

function matchSegments(
  wanted: readonly string[],
  given: readonly string[],
): Match['found'] | undefined {
  if (wanted.length !== given.length) return undefined
  const found: [string, string][] = []
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
