/** What the API answers about budgets and alerts, as far as the pages show it. */
import type { Money } from './answers.ts'
import type { Count } from './counts.ts'

/** Limits may be in another currency than USD. */
type Coins = Money & { readonly currency: string }

/** In what a limit is measured: one of the three. */
export type Quantity =
  | (Coins & { readonly tokens?: never; readonly operations?: never })
  | { readonly tokens: Count; readonly operations?: never; readonly amount?: never }
  | { readonly operations: Count; readonly tokens?: never; readonly amount?: never }

export interface Counter {
  /** The values of `each`. */
  readonly for: Readonly<Record<string, string>>
  readonly window: { readonly id: string; readonly start?: string; readonly end?: string }
  readonly state: string
  readonly limit: Quantity
  /** Of a limit in another currency: of what, at what rate, of which day. */
  readonly exchange?: { readonly of: Coins; readonly rate: string; readonly from: string }
  readonly spent: Quantity
  readonly held: Quantity
  readonly left: Quantity
  readonly percent: number
  readonly forecast?: Quantity
  readonly unpriced: Count
}

export interface Budget {
  readonly id: string
  readonly name?: string
  readonly scope: Readonly<Record<string, readonly string[]>>
  readonly each: readonly string[]
  readonly parent?: string
  readonly limit: Quantity
  readonly window: { readonly period: string; readonly zone: string }
  readonly owner?: string
  readonly validFrom?: string
  readonly validTo?: string
  readonly origin: string
  readonly requestedBy?: string
  readonly life: string
  readonly state: string
  readonly thresholds: readonly {
    readonly percent: number
    readonly of: string
    readonly action: { readonly kind: string }
  }[]
  readonly counters: readonly Counter[]
}

export interface BudgetsAnswer {
  readonly budgets: readonly Budget[]
}

export interface AuditAnswer {
  readonly steps: readonly {
    readonly at: string
    readonly what: string
    readonly who: string
    readonly why?: string
  }[]
}

export interface Alert {
  readonly key: string
  /** What it is about; absent where only its key is known. */
  readonly title?: string
  readonly since: string
  readonly told?: string
  readonly resolved?: string
  readonly acknowledgedBy?: string
  readonly snoozedUntil?: string
}

export interface AlertsAnswer {
  readonly alerts: readonly Alert[]
}
