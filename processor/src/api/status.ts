import { answerJson, defineRoute, notFound } from './answer.ts'
import { describeApi } from './openapi.ts'

/** Where people and load balancers look for the health checks; they are part of the API too. */
const PREFIXES = ['', '/api/v1']

/** Load balancers have no token. */
const FOR_ALL = { needs: 'anyone', minds: 'labels' } as const

/** The process answers. */
export const healthRoutes = PREFIXES.map((prefix) =>
  defineRoute(`${prefix}/healthz`, {}, () => answerJson({ status: 'ok' }), FOR_ALL),
)

/** Requests are taken. */
export const readyRoutes = PREFIXES.map((prefix) =>
  defineRoute(
    `${prefix}/readyz`,
    {},
    ({ whyNotReady }) => {
      const reason = whyNotReady()
      if (reason === undefined) return answerJson({ status: 'ready' })
      return answerJson({ status: 'not ready', reason }, 503)
    },
    FOR_ALL,
  ),
)

export const metricsRoute = defineRoute('/metrics', {}, async ({ readMetrics, accept = '' }) => {
  if (readMetrics === undefined) return notFound('metrics.prometheus is false in the config')
  return { kind: 'text', ...(await readMetrics(accept)) }
})

export const openApiRoute = defineRoute(
  '/api/v1/openapi.json',
  {},
  ({ version }) => answerJson(describeApi(version)),
  FOR_ALL,
)
