import { z } from 'zod'
import { titleOf } from './alert-title.ts'
import { answerJson, defineRoute, notFound } from './answer.ts'
import { toInstant } from './json.ts'
import { name } from './parameters.ts'
import { readBody } from './posted.ts'

/** What people were told of budgets, whether it lasts, and who knows. */
export const alertsRoute = defineRoute('/api/v1/alerts', {}, async ({ alerts }) => {
  const listed = Object.entries(await alerts.list())
  return answerJson({
    alerts: listed.map(([key, alert]) => ({
      key,
      title: titleOf(key),
      since: toInstant(alert.sinceUnixMs),
      ...(alert.toldUnixMs !== undefined && { told: toInstant(alert.toldUnixMs) }),
      ...(alert.resolvedUnixMs !== undefined && { resolved: toInstant(alert.resolvedUnixMs) }),
      acknowledgedBy: alert.acknowledgedBy,
      ...(alert.snoozedUntilUnixMs !== undefined && {
        snoozedUntil: toInstant(alert.snoozedUntilUnixMs),
      }),
    })),
  })
})

const snoozed = z.strictObject({
  until: z.iso.datetime({
    offset: true,
    error: 'expected an instant such as 2026-12-01T00:00:00Z',
  }),
})

/** Acknowledge and snooze: nobody is told again, or not before. */
export const alertStepRoutes = [
  defineRoute(
    '/api/v1/alerts/{key}/acknowledge',
    { key: name },
    async ({ alerts, caller }, { key = '' }) =>
      (await alerts.acknowledge(key, caller.name))
        ? answerJson({ key })
        : notFound(`there is no alert "${key}"`),
    { method: 'POST', needs: 'requester or approver' },
  ),
  defineRoute(
    '/api/v1/alerts/{key}/snooze',
    { key: name },
    async ({ alerts, body }, { key = '' }) => {
      const read = readBody(snoozed, body)
      if (read.kind === 'bad') return read.answer
      const isKnown = await alerts.snooze(key, Date.parse(read.value.until))
      return isKnown ? answerJson({ key }) : notFound(`there is no alert "${key}"`)
    },
    { method: 'POST', needs: 'requester or approver' },
  ),
]
