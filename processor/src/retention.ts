import type { RetainQuery, Store } from '@spancost/ledger'
import type { Config } from './config.ts'

/** Rows of one step, so that a writer never waits for long between two of them. */
const MAX_ROWS_PER_STEP = 200

/** Writers come first: there is time. */
const PAUSE_MS = 20

const INTERVAL_MS = 600_000

export interface Retention {
  readonly store: Store
  readonly retention: Config['ledger']['retention']
  readonly onError: (error: unknown) => void
}

/**
 * Drops what is older than the config says, step by step, every ten minutes from the start on. Any
 * number of processors may do so. `stop` waits for the step under way.
 */
export function startRetention({ store, retention, onError }: Retention): {
  stop(): Promise<void>
} {
  const { entriesMs, hourlyMs, decisionsMs } = retention
  const stopping = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let pass = Promise.resolve()

  async function runPass(): Promise<void> {
    const query: RetainQuery = {
      ...(entriesMs !== undefined && { entriesBeforeUnixMs: Date.now() - entriesMs }),
      ...(hourlyMs !== undefined && { hourlyBeforeUnixMs: Date.now() - hourlyMs }),
      decisionsBeforeUnixMs: Date.now() - decisionsMs,
      limit: MAX_ROWS_PER_STEP,
    }
    while (!stopping.signal.aborted) {
      const { isDone } = await store.retain(query)
      if (isDone) return
      await new Promise((resolve) => {
        setTimeout(resolve, PAUSE_MS)
      })
    }
  }

  function schedule(delayMs: number): void {
    timer = setTimeout(() => {
      pass = runPass()
        .catch(onError)
        .finally(() => {
          if (!stopping.signal.aborted) schedule(INTERVAL_MS)
        })
    }, delayMs)
    timer.unref()
  }

  schedule(0)
  return {
    async stop(): Promise<void> {
      stopping.abort()
      clearTimeout(timer)
      await pass
    },
  }
}
