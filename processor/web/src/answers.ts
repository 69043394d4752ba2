/** What the API answers, as far as the pages show it; docs/api.md has the whole. */
import type { Count } from './counts.ts'

export interface Money {
  /** An exact decimal. */
  readonly amount: string
}

export type Labels = Readonly<Record<string, string>>

export interface Spend {
  readonly cost: Money
  readonly parts: Readonly<Record<string, Money>>
  readonly tokens: Readonly<Record<string, Count>>
  readonly operations: Count
  readonly statuses: Readonly<Record<string, Count>>
}

export interface SpendRow extends Spend {
  /** Of the period, where there are periods. */
  readonly start?: string
  readonly labels: Labels
}

export interface SpendAnswer {
  /** What the range came to; absent: no bound. */
  readonly from?: string
  readonly to?: string
  readonly rows: readonly SpendRow[]
  readonly total: Spend
  readonly truncated: boolean
}

export interface PercentilesRow {
  readonly labels: Labels
  readonly operations: number
  /** Absent: there are no operations. */
  readonly p50?: Money
  readonly p90?: Money
  readonly p99?: Money
  readonly most?: Money
  readonly cacheSaved: Money
  readonly cacheExtra: Money
}

export interface PercentilesAnswer {
  readonly rows: readonly PercentilesRow[]
  readonly total: Omit<PercentilesRow, 'labels'>
  /** There were more operations, older ones. */
  readonly newestOnly: boolean
}

export interface ForecastAnswer {
  readonly spent: Money
  /** Absent: there is nothing to go by. */
  readonly forecast?: Money
  readonly method?: string
}

export interface TopTracesAnswer {
  readonly traces: readonly {
    readonly traceId: string
    readonly start: string
    readonly cost: Money
    readonly operations: Count
    readonly unpriced: Count
  }[]
}

export interface Counted {
  readonly cost: Money
  readonly operations: Count
  readonly unpriced: Count
}

export interface TraceAnswer extends Counted {
  readonly traceId: string
  readonly byModel: readonly (Counted & { readonly model?: string })[]
  readonly byService: readonly (Counted & { readonly service?: string })[]
  readonly byAgent: readonly (Counted & { readonly agent?: string })[]
  readonly columns: Columns
  readonly truncated: boolean
}

/** For each span its place among the texts; -1: it has none. */
export interface Texts {
  readonly texts: readonly string[]
  readonly at: readonly number[]
}

/** The spans of a trace: one place in each list for each span. */
export interface Columns {
  readonly startTimeUnixNano: string
  readonly spanId: readonly string[]
  /** The place of the parent; -1: none, -2: not known. */
  readonly parent: readonly number[]
  readonly startNano: readonly Count[]
  readonly durationNano: readonly Count[]
  readonly name: Texts
  readonly service: Texts
  readonly operation: Texts
  readonly model: Texts
  readonly standing: Texts
  readonly status: Texts
  readonly cost: Texts
}

export interface EntriesAnswer {
  readonly entries: readonly Entry[]
}

export interface Unit {
  readonly unit: string
  readonly quantity: number
  readonly rate?: string
  readonly cost?: Money
}

export interface Correction {
  readonly reason: string
  readonly standing: string
  readonly recordedAt: string
  readonly operations: Count
  readonly cost: Money
}

export interface Entry {
  readonly spanId: string
  readonly parentSpanId?: string
  readonly spanName: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly recordedAt: string
  readonly operation: string
  readonly dialect: string
  readonly role: string
  readonly provider?: string
  readonly requestModel?: string
  readonly responseModel?: string
  readonly serviceTier?: string
  readonly region?: string
  readonly scopeName?: string
  readonly scopeVersion?: string
  readonly errorType?: string
  readonly inclusive?: boolean | string
  readonly usage: Readonly<Record<string, unknown>>
  readonly reportedCost?: { readonly amount: string; readonly currency: string }
  readonly labels: Labels
  readonly standing: string
  readonly arrivedAs?: string
  readonly corrections?: readonly Correction[]
  readonly status: string
  readonly reason?: string
  readonly detail?: string
  readonly source?: string
  readonly card?: string
  readonly book: string
  readonly cost?: Money
  readonly list?: Money
  readonly units: readonly Unit[]
}

export interface HeldAnswer {
  readonly operations: number
  readonly cost: Money
  readonly held: readonly {
    readonly traceId: string
    readonly spanId: string
    readonly spanName: string
    readonly labels: Labels
    readonly recordedAt: string
    /** Absent: it has no price. */
    readonly cost?: Money
  }[]
  readonly truncated: boolean
  /** There are more, newer ones, which are in no figure. */
  readonly oldestOnly: boolean
}

export interface UnpricedAnswer {
  readonly unpriced: readonly {
    readonly provider?: string
    readonly model?: string
    readonly status: string
    readonly operations: Count
    readonly firstHour: string
    readonly lastHour: string
    readonly reason?: string
    readonly detail?: string
    readonly traceId?: string
    readonly advice: { readonly text: string; readonly config?: string; readonly card?: string }
  }[]
  readonly truncated: boolean
}

export interface Rate {
  readonly unit: string
  readonly rate: string
}

export interface PriceAnswer {
  readonly provider?: string
  readonly model: string
  readonly at: string
  readonly book: string
  readonly reason?: string
  readonly detail?: string
  readonly card?: {
    readonly id: string
    readonly provider: string
    readonly model: string
    readonly serviceTier?: string
    readonly region?: string
    readonly source: string
    readonly from?: string
    readonly to?: string
    readonly eachDay?: { readonly from: string; readonly to: string }
    readonly rates: readonly Rate[]
    readonly contextTiers?: readonly {
      readonly aboveInputTokens: Count
      readonly rates: readonly Rate[]
    }[]
    readonly minimums?: Readonly<Record<string, number>>
  }
}
