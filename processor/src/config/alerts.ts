import { parseAmount } from '@spancost/pricing'
import { z } from 'zod'
import { ANOMALY_KINDS } from '../watch/anomaly-signs.ts'
import type { ChannelOptions } from '../watch/channels/index.ts'
import { LEVELS } from '../watch/notice.ts'
import type { QuietHours } from '../watch/quiet-hours.ts'
import type { Route } from '../watch/routes.ts'
import type { AnomalyOptions } from '../watch/watch-anomalies.ts'
import { baseUrl, decimal, durationBetween, headers, label, text, zone } from './values.ts'

/** The section `alerts`: who is told what, and how. */

/** A webhook's address often is the secret, with a query. */
const webhookUrl = text(4096).refine((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''), {
  error: 'expected a URL such as https://hooks.example.com/...',
})

const people = z.array(text(320)).min(1).max(100)

const pushKey = z.string().regex(/^[\w-]{16,128}$/, 'expected a key as base64url')

const channel = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('slack'), url: webhookUrl }),
  z.strictObject({ type: z.literal('teams'), url: webhookUrl }),
  z.strictObject({
    type: z.literal('webhook'),
    url: webhookUrl,
    headers: headers.prefault({}),
    secret: text(512).optional(),
  }),
  z.strictObject({
    type: z.literal('email'),
    url: z.string().regex(/^smtps?:\/\/./, 'expected smtp://user:password@host:port'),
    from: text(320),
    to: people,
  }),
  z.strictObject({
    type: z.literal('pagerduty'),
    routingKey: text(256),
    url: baseUrl.prefault('https://events.pagerduty.com'),
  }),
  z.strictObject({ type: z.literal('alertmanager'), url: baseUrl, headers: headers.prefault({}) }),
  z.strictObject({
    type: z.literal('sms'),
    accountSid: text(256),
    authToken: text(256),
    from: text(32),
    to: people,
    url: baseUrl.prefault('https://api.twilio.com'),
  }),
  z.strictObject({
    type: z.literal('ntfy'),
    url: baseUrl,
    topic: text(64),
    token: text(256).optional(),
  }),
  z.strictObject({
    type: z.literal('webpush'),
    subject: z.string().regex(/^(?:mailto:|https:\/\/)./, 'expected mailto:... or https://...'),
    publicKey: pushKey,
    privateKey: pushKey,
    subscriptions: z
      .array(
        z.strictObject({
          endpoint: webhookUrl,
          keys: z.strictObject({ p256dh: pushKey, auth: pushKey }),
          // A part of what browsers give.
          expirationTime: z.null().optional(),
        }),
      )
      .min(1)
      .max(100),
  }),
])

const route = z.strictObject({
  channel: text(64).describe('A name in `channels`'),
  from: z.enum(LEVELS).prefault('info').describe('This level and those above'),
  budgets: z.array(text(64)).min(1).optional().describe('Absent: all'),
  owners: z.array(text(200)).min(1).optional().describe('Absent: all'),
})

const anomalies = z.strictObject({
  watch: z
    .array(z.enum(ANOMALY_KINDS))
    .prefault([...ANOMALY_KINDS])
    .describe('What is looked for'),
  by: z
    .array(label)
    .max(4)
    .prefault(['service'])
    .describe('Labels; each combination of their values is watched by itself. `[]`: all together'),
  hourFloor: decimal.prefault('1').describe('USD; an hour that costs no more is no anomaly'),
  operationFloor: decimal.prefault('0.1').describe('USD; the same of a single operation'),
  zone: zone.prefault('UTC').describe('Whose clock tells which hours of the week are alike'),
  interval: durationBetween('10s', '10m').prefault('1m').describe('Between two looks. 10s to 10m'),
})

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 22:00')

export const alerts = z
  .strictObject({
    channels: z
      .record(z.string().regex(/^[a-z][a-z0-9_-]{0,63}$/, 'a name of a-z, 0-9, - and _'), channel)
      .prefault({})
      .describe('By a name of yours; each `type` has its own keys, see docs/budgets.md'),
    routes: z.array(route).max(256).prefault([]).describe('What goes to which channel'),
    repeatAfter: durationBetween('1h', '720h')
      .optional()
      .describe('How often people are told again of what lasts; absent: once'),
    quiet: z
      .strictObject({ from: timeOfDay, to: timeOfDay, zone: zone.prefault('UTC') })
      .optional()
      .describe('When only what is critical is told; the rest afterwards, if it still lasts'),
    anomalies: anomalies
      .optional()
      .describe('Absent: nobody looks for anomalies. `{}` looks for all of them'),
    interval: durationBetween('1s', '10m').prefault('10s').describe('Between two looks. 1s to 10m'),
  })
  .superRefine(({ channels, routes }, context) => {
    for (const [index, { channel: name }] of routes.entries()) {
      if (Object.hasOwn(channels, name)) continue
      const path = ['routes', index, 'channel']
      context.addIssue({ code: 'custom', path, message: `there is no channel "${name}"` })
    }
  })
  .prefault({})

/** Who is told what. */
export interface Alerts {
  readonly channels: Readonly<Record<string, ChannelOptions>>
  readonly routes: readonly Route[]
  readonly repeatAfterMs?: number
  readonly quiet?: QuietHours
  readonly intervalMs: number
  readonly anomalies?: AnomalyOptions
}

export function completeAlerts(written: z.infer<typeof alerts>): Alerts {
  const { channels, routes, repeatAfter, quiet, interval, anomalies: eyes } = written
  return {
    // What is absent is left out, which is all that options and routes differ by.
    channels: channels as Alerts['channels'],
    routes: routes as Alerts['routes'],
    intervalMs: interval,
    ...(repeatAfter !== undefined && { repeatAfterMs: repeatAfter }),
    ...(eyes !== undefined && {
      anomalies: {
        watch: eyes.watch,
        by: eyes.by,
        zone: eyes.zone,
        hourFloorAtto: parseAmount(eyes.hourFloor),
        operationFloorAtto: parseAmount(eyes.operationFloor),
        intervalMs: eyes.interval,
      },
    }),
    ...(quiet !== undefined && {
      quiet: {
        fromMinute: toMinute(quiet.from),
        toMinute: toMinute(quiet.to),
        zone: quiet.zone,
      },
    }),
  }
}

function toMinute(clock: string): number {
  return Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3))
}
