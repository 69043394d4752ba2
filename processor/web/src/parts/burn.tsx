import type { Counter } from '../answers-budgets.ts'
import { toFraction } from '../money.ts'
import { findElapsed, magnitude, writePercent, writeQuantity } from '../quantity.ts'

/**
 * How much of a limit is spent and held, and how far the window is: where the bar has passed the
 * mark, more is spent than the time that has gone by would explain.
 */
export function Burn({ counter }: { readonly counter: Counter }) {
  const { limit, spent, held, percent, window, state } = counter
  const whole = magnitude(limit)
  const elapsed = findElapsed(window, Date.now())
  const words = [
    `${writeQuantity(spent)} of ${writeQuantity(limit)} spent`,
    magnitude(held) > 0n ? `${writeQuantity(held)} held` : '',
    elapsed === undefined ? '' : `${Math.round(elapsed * 100)} % of the window has gone by`,
  ]
  return (
    <span class="burn" title={words.filter(Boolean).join(', ')}>
      <span class={`gauge ${state}`}>
        <span class="spent" style={{ width: share(magnitude(spent), whole) }} />
        <span class="held" style={{ width: share(magnitude(held), whole) }} />
        {elapsed !== undefined && (
          <span class="mark" style={{ insetInlineStart: `${elapsed * 100}%` }} />
        )}
      </span>
      <span class="number">{writePercent(percent)}</span>
    </span>
  )
}

function share(part: bigint, whole: bigint): string {
  // A limit of nothing is used up from the start.
  if (whole === 0n) return '100%'
  return `${Math.min(1, toFraction(part, whole)) * 100}%`
}
