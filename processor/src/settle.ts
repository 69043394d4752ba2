import type { Store } from '@spancost/ledger'

/** Of one step of the ledger, so that what arrives meanwhile does not wait for long. */
const MAX_TRACES_PER_STEP = 100

/** How often to look, at least: a container counts this much later than it could. */
const MAX_INTERVAL_MS = 10_000

/** A pass that ends early goes on in the next one. */
const MAX_STEPS_PER_PASS = 1_000

export interface Settling {
  readonly store: Store
  /** How long a container is held; nothing that comes below it later is missed, only corrected. */
  readonly settleAfterMs: number
  readonly onError: (error: unknown) => void
}

/**
 * Counts containers that nothing came below in time, now and then. What is due is in the ledger, so
 * a restart forgets none. `stop` waits for the step under way.
 */
export function startSettling({ store, settleAfterMs, onError }: Settling) {
  let pass = Promise.resolve()
  const stopping = new AbortController()

  async function runPass(): Promise<void> {
    const beforeUnixMs = Date.now() - settleAfterMs
    for (let step = 0; step < MAX_STEPS_PER_PASS && !stopping.signal.aborted; step += 1) {
      const { isDone } = await store.settle({ beforeUnixMs, limit: MAX_TRACES_PER_STEP })
      if (isDone) return
    }
  }

  let isRunning = false
  const timer = setInterval(
    () => {
      // A pass that takes longer than the interval is not run twice.
      if (isRunning) return
      isRunning = true
      pass = runPass()
        .catch(onError)
        .finally(() => {
          isRunning = false
        })
    },
    Math.min(settleAfterMs, MAX_INTERVAL_MS),
  )
  timer.unref()

  return {
    async stop(): Promise<void> {
      stopping.abort()
      clearInterval(timer)
      await pass
    },
  }
}
