import { decide, type Charge, type Counter, type CounterId, type Level } from '@spancost/budget'
import { addHeld, idOf, type Accounts, type KeptDecision } from './budget-accounts.ts'
import { signalKey, type Ask, type Decided } from './budgets.ts'

/** What a decision reads and writes, within one transaction of a store. */
export interface DecisionDesk {
  findDecision(requestId: string): Decided | undefined
  readCounter(id: CounterId): Counter
  /** `windowStartUnixMs` is that of a counter which is not there yet. */
  writeCounter(id: CounterId, windowStartUnixMs: number, counter: Counter): void
  keepDecision(fresh: FreshDecision): void
}

/** A decision that is to be kept: it reserved something, or people may ask why it refused. */
export interface FreshDecision extends KeptDecision {
  readonly requestId: string
  readonly expiresAtUnixMs?: number
}

/** Decides, and reserves what is asked at every level or at none. */
export function decideOnce(ask: Ask, { chargesOf }: Accounts, desk: DecisionDesk): Decided {
  const requestId = requestOf(ask)
  const earlier = requestId === undefined ? undefined : desk.findDecision(requestId)
  if (earlier !== undefined) return earlier
  const charges = chargesOf(ask.labels, ask.atUnixMs)
  const decided = decideCharges(ask, charges, desk)
  const isHeld = decided.holdId !== undefined
  const amounts = ask.question.worstCase
  if (isHeld) {
    for (const charge of charges) {
      const id = idOf(charge)
      const counter = addHeld(desk.readCounter(id), amounts, 1n)
      desk.writeCounter(id, charge.window.startUnixMs, counter)
    }
  }
  if (requestId === undefined || (!isHeld && decided.verdict.kind !== 'deny')) return decided
  const reserved = isHeld ? charges.map((charge) => ({ id: idOf(charge), amounts })) : []
  const { hold } = ask
  const expiry = hold === undefined ? {} : { expiresAtUnixMs: hold.expiresAtUnixMs }
  desk.keepDecision({ requestId, decided, reserved, ...expiry })
  return decided
}

/** By what a question is known again; `undefined`: nothing of it is kept. */
export function requestOf({ requestId, hold }: Ask): string | undefined {
  return requestId ?? hold?.id
}

/** The counters that a decision looks at: the windows now, and those before where these carry over. */
export function listCounters(charges: readonly Charge[]): readonly CounterId[] {
  return charges.flatMap((charge) => {
    const before = idBefore(charge)
    return before === undefined ? [idOf(charge)] : [idOf(charge), before]
  })
}

function idBefore({ budget, key, before }: Charge): CounterId | undefined {
  return before && { budgetId: budget.id, key, windowId: before.id }
}

function decideCharges(ask: Ask, charges: readonly Charge[], desk: DecisionDesk): Decided {
  const levels = charges.map((charge): Level => {
    const { budget, key, window } = charge
    const { forecast, lastMinute = 0 } = ask.signals?.[signalKey(budget.id, key)] ?? {}
    const before = idBefore(charge)
    const past = before && { window: { id: before.windowId }, counter: desk.readCounter(before) }
    return {
      budget,
      key,
      window,
      counter: desk.readCounter(idOf(charge)),
      lastMinute,
      ...(past !== undefined && { before: past }),
      ...(forecast !== undefined && { forecast }),
    }
  })
  const decision = decide(ask.question, levels)
  const { labels, atUnixMs, hold } = ask
  const isHeld = hold !== undefined && decision.verdict.kind === 'allow'
  return { ...decision, labels, atUnixMs, ...(isHeld && { holdId: hold.id }) }
}
