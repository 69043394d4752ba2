import { answerJson, defineRoute, notFound } from './answer.ts'
import { describeApi } from './openapi.ts'

/** Where people and load balancers look for the health checks; they are part of the API too. */
const PREFIXES = ['', '/api/v1']

/** The process answers. */
export const healthRoutes = PREFIXES.map((prefix) =>
  defineRoute(`${prefix}/healthz`, {}, () => answerJson({ status: 'ok' })),
)

/** Requests are taken. */
export const readyRoutes = PREFIXES.map((prefix) =>
  defineRoute(`${prefix}/readyz`, {}, (context) =>
    context.isReady() ? answerJson({ status: 'ready' }) : answerJson({ status: 'not ready' }, 503),
  ),
)

export const metricsRoute = defineRoute('/metrics', {}, async ({ readMetrics }, _, accept) => {
  if (readMetrics === undefined) return notFound('metrics.prometheus is false in the config')
  return { kind: 'text', ...(await readMetrics(accept)) }
})

export const openApiRoute = defineRoute('/api/v1/openapi.json', {}, ({ version }) =>
  answerJson(describeApi(version)),
)
