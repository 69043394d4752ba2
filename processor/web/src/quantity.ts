import type { Quantity } from './answers-budgets.ts'
import { writeCount } from './counts.ts'
import { shortenAmount, toAtto, writeAmount } from './money.ts'

/** To compare and to draw: 1e-18 USD, or a count. Of one budget they are all of one kind. */
export function magnitude(quantity: Quantity): bigint {
  if (quantity.amount !== undefined) return toAtto(quantity.amount)
  return BigInt(quantity.tokens ?? quantity.operations ?? 0)
}

/** In words, exactly. */
export function writeQuantity(quantity: Quantity): string {
  if (quantity.amount !== undefined) return `${writeAmount(quantity.amount)} ${quantity.currency}`
  return quantity.tokens === undefined
    ? `${writeCount(quantity.operations ?? 0)} operations`
    : `${writeCount(quantity.tokens)} tokens`
}

/** The same at a glance: small amounts keep three digits that say something. */
export function shortenQuantity(quantity: Quantity): string {
  if (quantity.amount === undefined) return writeQuantity(quantity)
  const amount = shortenAmount(quantity.amount)
  return quantity.currency === 'USD' ? `$${amount}` : `${quantity.currency} ${amount}`
}

/** It comes to a thousandth, rounded down; a little is never nothing, and almost all is not all. */
export function writePercent(percent: number): string {
  if (percent > 0 && percent < 0.1) return '< 0.1 %'
  if (percent >= 1000) return `${Math.floor(percent)} %`
  return `${(Math.floor(percent * 10) / 10).toFixed(1)} %`
}

/** How much of a window has gone by, 0 to 1; `undefined` where it has no bounds. */
export function findElapsed(
  window: { readonly start?: string; readonly end?: string },
  nowMs: number,
): number | undefined {
  if (window.start === undefined || window.end === undefined) return undefined
  const [start, end] = [Date.parse(window.start), Date.parse(window.end)]
  return Math.min(1, Math.max(0, (nowMs - start) / (end - start)))
}

/** What an alert of a budget's threshold is about; its key is what tells it. */
export interface AlertSubject {
  readonly budgetId: string
  readonly who: readonly string[]
  readonly windowId: string
  readonly of: string
  readonly percent: string
}

/** `undefined`: an alert about something else. */
export function readAlertKey(key: string): AlertSubject | undefined {
  const [kind, budgetId, ...rest] = key.split('/')
  const [percent, of, windowId, encoded] = rest.toReversed()
  if (kind !== 'budget' || budgetId === undefined || windowId === undefined) return undefined
  return { budgetId, who: readWho(encoded), windowId, of: of ?? '', percent: percent ?? '' }
}

function readWho(encoded: string | undefined): readonly string[] {
  if (encoded === undefined) return []
  try {
    const values: unknown = JSON.parse(decodeURIComponent(encoded))
    return Array.isArray(values) ? values.map(String) : []
  } catch {
    return [encoded]
  }
}
