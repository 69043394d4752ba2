import type { Store } from '@spancost/ledger'

/** Whether requests are taken, and if not, why. */
export interface Readiness {
  /** `undefined`: they are. */
  whyNot(): string | undefined
  /** What the service itself says: `starting`, `stopping`, or nothing. */
  setPhase(phase: string | undefined): void
  /** Watches whether a ledger takes what it is given. */
  watch(store: Store): Store
}

/**
 * After so long without a commit that failed, requests are taken again: whoever balances load sends
 * none before that, and without any nobody would see that the ledger is well.
 */
const FORGIVE_MS = 10_000

export function createReadiness(): Readiness {
  let phase: string | undefined = 'starting'
  let failure: { readonly message: string; readonly atMs: number } | undefined
  return {
    whyNot: () => {
      if (phase !== undefined) return phase
      if (failure === undefined || performance.now() - failure.atMs > FORGIVE_MS) return undefined
      return `the ledger refused: ${failure.message}`
    },
    setPhase: (now) => {
      phase = now
    },
    watch: (store) => ({
      ...store,
      record: async (...arrived) => {
        try {
          const recorded = await store.record(...arrived)
          failure = undefined
          return recorded
        } catch (error) {
          failure = { message: (error as Error).message, atMs: performance.now() }
          throw error
        }
      },
    }),
  }
}
