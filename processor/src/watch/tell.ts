import type { Store } from '@spancost/ledger'
import type { Logger } from 'pino'
import { settleOwed, TELL_WITHIN_MS, type Lookout, type Owed } from './alerts.ts'
import type { Notice } from './notice.ts'
import { LONGEST_SEND_MS, sendNotice, type Channel } from './send.ts'

/** Gives notices to their channels, and strikes out what these have. */
export type Tell = (due: readonly Owed[], lookout: Pick<Lookout, 'note'>) => Promise<void>

/**
 * Channels are told at the same time, each in order. What one does not take is logged, and owed
 * still; so is what there is no time for, before another look may take it up.
 */
export function createTell(options: {
  readonly channels: ReadonlyMap<string, Channel>
  readonly store: Store
  readonly log: Logger
}): Tell {
  const { channels, store, log } = options

  /** The notices that a channel has now. */
  async function tellOne(name: string, due: readonly Owed[]): Promise<readonly Notice[]> {
    const channel = channels.get(name)
    const lastStart = performance.now() + TELL_WITHIN_MS - LONGEST_SEND_MS
    const having: Notice[] = []
    for (const { notice } of due.filter((each) => each.channels.includes(name))) {
      if (performance.now() > lastStart) break
      try {
        // What the config no longer has is owed nothing.
        if (channel !== undefined) await sendNotice(channel, notice)
        having.push(notice)
      } catch (error) {
        log.error({ err: error, channel: name, key: notice.key }, 'nobody could be told')
      }
    }
    return having
  }

  return async (due, lookout) => {
    if (due.length === 0) return
    const names = [...new Set(due.flatMap((each) => each.channels))]
    const told = await Promise.all(
      names.map(async (name) => ({ name, having: await tellOne(name, due) })),
    )
    const given = due.map(({ notice }) => ({
      notice,
      channels: told.flatMap(({ name, having }) => (having.includes(notice) ? [name] : [])),
    }))
    await settleOwed(given, lookout, store)
  }
}
