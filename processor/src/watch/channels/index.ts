import { describeError } from '../../describe-error.ts'
import type { Channel } from '../send.ts'
import { createAlertmanager } from './alertmanager.ts'
import { createEmail } from './email.ts'
import { createNtfy } from './ntfy.ts'
import { createPagerDuty } from './pagerduty.ts'
import { createSlack } from './slack.ts'
import { createSms } from './sms.ts'
import { createTeams } from './teams.ts'
import { createWebhook } from './webhook.ts'
import { createWebpush } from './webpush.ts'

/** By what the config calls their `type`. A new one is a file and a line. */
const CREATORS = {
  alertmanager: createAlertmanager,
  email: createEmail,
  ntfy: createNtfy,
  pagerduty: createPagerDuty,
  slack: createSlack,
  sms: createSms,
  teams: createTeams,
  webhook: createWebhook,
  webpush: createWebpush,
}

type Creators = typeof CREATORS

export type ChannelOptions = {
  [Type in keyof Creators]: { readonly type: Type } & Parameters<Creators[Type]>[0]
}[keyof Creators]

/** Why a channel cannot be made of these options. It sends nothing. */
export function findChannelFault(options: ChannelOptions): string | undefined {
  try {
    createChannel(options)
    return undefined
  } catch (error) {
    return describeError(error)
  }
}

/** Throws where an option is not what the channel takes, such as a secret that is no base64. */
export function createChannel({ type, ...options }: ChannelOptions): Channel {
  const create = CREATORS[type] as (options: unknown) => Channel
  return create(options)
}
