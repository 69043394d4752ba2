import type { Usage } from '../usage.ts'

/** What a provider's reply, or one chunk of a streamed reply, says. Absent: it did not say. */
export interface Reply {
  readonly usage?: Usage
  readonly responseModel?: string
  readonly responseId?: string
  /** The tier that served the call, as the provider spells it (`default`, `priority`, ...). */
  readonly serviceTier?: string
  /** Where it was served, if that is told and matters for the price. */
  readonly region?: string
  /** What the provider, or a gateway, says that it billed; plain decimal digits. */
  readonly reportedCost?: { readonly amount: string; readonly currency: string }
  /** One for each choice, by the choice's index; a choice that goes on has none yet. */
  readonly finishReasons?: readonly (string | undefined)[]
  /** Set where the reply, though delivered, says that the operation failed. */
  readonly errorType?: string
}

/** What two parts of one reply say together. The later part wins, field by field. */
export function mergeReplies(earlier: Reply, later: Reply): Reply {
  const usage = later.usage && { ...earlier.usage, ...later.usage }
  const finishReasons = later.finishReasons && fillIn(later.finishReasons, earlier.finishReasons)
  return {
    ...earlier,
    ...later,
    ...(usage && { usage }),
    ...(finishReasons && { finishReasons }),
  }
}

function fillIn(
  later: readonly (string | undefined)[],
  earlier: readonly (string | undefined)[] = [],
): readonly (string | undefined)[] {
  const length = Math.max(later.length, earlier.length)
  return Array.from({ length }, (_, index) => later[index] ?? earlier[index])
}
