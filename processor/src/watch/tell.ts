import type { Store } from '@spancost/ledger'
import type { Logger } from 'pino'
import { forgetTold, type Lookout } from './alerts.ts'
import type { Notice } from './notice.ts'
import { chooseChannels, type Route } from './routes.ts'
import { sendNotice, type Channel } from './send.ts'

/** Sends notices to the channels of their routes. Never rejects. */
export type Tell = (notices: readonly Notice[], lookout: Pick<Lookout, 'note'>) => Promise<void>

/** What could not be delivered is logged, and told again at the next look. */
export function createTell(options: {
  readonly channels: ReadonlyMap<string, Channel>
  readonly routes: readonly Route[]
  readonly store: Store
  readonly log: Logger
}): Tell {
  const { channels, routes, store, log } = options
  return async (notices, lookout) => {
    const failed: string[] = []
    for (const notice of notices) {
      for (const [name, channel] of chooseChannels(notice, routes, channels)) {
        try {
          await sendNotice(channel, notice)
        } catch (error) {
          log.error({ err: error, channel: name, key: notice.key }, 'nobody could be told')
          if (notice.status === 'firing') failed.push(notice.key)
        }
      }
    }
    if (failed.length > 0) await forgetTold(failed, lookout, store)
  }
}
