import type { CostPart, CostStatus } from '@spancost/pricing/rating'
import type { BudgetStore } from './budgets.ts'
import type {
  Entry,
  EntryOutline,
  Labels,
  Relative,
  Repricing,
  Standing,
  StoredEntry,
} from './entry.ts'
import type { Change } from './decide-trace.ts'

export interface Recorded {
  /** `duplicate`: the id was there already; nothing was added, and `standing` is the old entry's. */
  readonly outcome: 'recorded' | 'duplicate'
  /** As of now; what comes later may change it (`StoredEntry.corrections`). */
  readonly standing: Standing
  /**
   * Older operations of its trace that are spend no longer, or are now, by this transaction; they
   * are told once, with the first entry of the trace in it. Absent: none.
   */
  readonly changed?: readonly Pick<Change, 'spanId' | 'standing'>[]
}

/** So many entries are priced again in one step at most. */
export const MAX_REPRICINGS = 1_000

/** Of one trace; more are not kept. Ancestors among the rest then stay unknown. */
export const MAX_RELATIVES = 1_000

export interface Settled {
  /** How many containers have become spend. */
  readonly containers: number
  readonly isDone: boolean
}

/** Disjoint token kinds, as the `spancost.tokens` metric shows them. */
export const TOKEN_TYPES = ['input', 'output', 'cache_read', 'cache_write', 'reasoning'] as const
export type TokenType = (typeof TOKEN_TYPES)[number]

/** Sums over counted entries. Costs are in 1e-18 USD and contain only what could be priced. */
export interface Sums {
  readonly operations: bigint
  readonly costAtto: bigint
  readonly parts: Readonly<Record<CostPart, bigint>>
  readonly tokens: Readonly<Record<TokenType, bigint>>
}

/** Of each label that is named, the operations that have one of these values; `''`: none. */
export type LabelFilter = Readonly<Record<string, readonly string[]>>

/** Of a calendar; weeks begin on Monday (ISO 8601). */
export type Granularity = 'hour' | 'day' | 'week' | 'month'

export interface SpendQuery {
  /** Inclusive; absent: from the first entry on. Compared with an operation's start. */
  readonly fromUnixMs?: number
  /** Exclusive; absent: no end. */
  readonly toUnixMs?: number
  /** Label names, in the order of the answer. Unknown names give rows without that label. */
  readonly by: readonly string[]
  /** Hours, days, weeks (from Monday) or months of the zone; absent: one row per set of labels. */
  readonly granularity?: Granularity
  /** IANA name; absent: UTC. */
  readonly zone?: string
  readonly where?: LabelFilter
}

export interface SpendRow extends Sums {
  /** Start of the period; absent without granularity. */
  readonly startUnixMs?: number
  readonly labels: Labels
  /** How many of the operations have which status. */
  readonly statuses: Readonly<Partial<Record<CostStatus, bigint>>>
}

/** What metrics show beyond sums. */
export interface MetricSums {
  /** How many operations cost up to each of `COST_BOUNDS_ATTO`, and how many more than the last. */
  readonly costCounts: readonly bigint[]
  /** What caches saved, and what filling them cost on top; `CacheEffect` of the ratings. */
  readonly cacheSavedAtto: bigint
  readonly cacheExtraAtto: bigint
}

/**
 * Sums since the ledger began, for cumulative metrics: all that was ever counted. Neither corrections
 * nor retention lower them, so that a metric never looks as if it had been reset. Spend is these sums
 * less what was `reversed`.
 */
export interface Total extends Sums, MetricSums {
  /** What of it corrections took away again, which only grows, too; absent: nothing. */
  readonly reversed?: Sums & MetricSums
  readonly labels: Labels
  readonly status: CostStatus
  readonly errorType?: string
}

export interface TraceSpend extends Sums {
  readonly traceId: string
  readonly startUnixMs: number
  readonly unpriced: bigint
}

/** Operations with the same labels and cost. */
export interface CostRow {
  readonly labels: Labels
  readonly operations: number
  /** Of one of them; so are the others. */
  readonly costAtto: bigint
  readonly cacheSavedAtto: bigint
  readonly cacheExtraAtto: bigint
}

/** Counted operations of one provider and model whose cost is not known, or not all of it. */
export interface UnpricedGroup {
  readonly provider?: string
  readonly model?: string
  readonly status: 'unpriced' | 'partial'
  readonly operations: bigint
  /** Starts of the first and of the last UTC hour with one of them. */
  readonly firstUnixMs: number
  readonly lastUnixMs: number
  /** Their newest entry, which says why; absent: it is no longer kept. */
  readonly example?: StoredEntry
}

/** A row of kept sums that is not what its entries add up to. */
export interface SumFault {
  /** `hourly` is what spend is read from, `totals` less `reversals` what metrics are. */
  readonly table: 'hourly' | 'totals' | 'reversals'
  /** Start of the hour, UTC; only in `hourly`. */
  readonly startUnixMs?: number
  readonly labels: Labels
  readonly status: CostStatus
  /** Not in `hourly`. */
  readonly errorType?: string
  /** Absent: there are entries, but no row. */
  readonly kept?: Sums & Partial<MetricSums>
  /** What entries and corrections add up to; absent: there is a row, but none of these. */
  readonly entries?: Sums & Partial<MetricSums>
}

/** Rows about a trace that contradict each other. */
export interface TraceFault {
  readonly table: 'corrections' | 'repricings' | 'trace_hours'
  readonly traceId: string
  /** Of the entry that they are about; absent in `trace_hours`. */
  readonly spanId?: string
  /** Start of the hour, UTC; only in `trace_hours`. */
  readonly startUnixMs?: number
  /** What is wrong, in words for people. */
  readonly problem: string
}

export type Fault = SumFault | TraceFault

/** A text that someone keeps beside the sums, such as what an exporter has delivered. */
export interface Note {
  /** How often it was written. */
  readonly version: number
  readonly text: string
}

export interface RetainQuery {
  /** Absent: entries are kept. A store may keep some longer, up to the end of their UTC day. */
  readonly entriesBeforeUnixMs?: number
  /** Absent: hourly sums are kept. */
  readonly hourlyBeforeUnixMs?: number
  /** Absent: decisions are kept. Counters of windows that began a year earlier still go with them. */
  readonly decisionsBeforeUnixMs?: number
  /** How many rows of each kind at most, where a store drops them one by one. */
  readonly limit: number
}

export interface Retained {
  readonly entries: number
  /** Rows of hourly sums. */
  readonly hourly: number
  /** Decisions and counters. */
  readonly decisions: number
  /** Whether there is nothing left to drop. */
  readonly isDone: boolean
}

/**
 * The ledger's port. Implementations pass `store.conformance.ts`. A rejected promise means that
 * nothing of the call was written.
 */
export interface Store {
  /** When this ledger began: the start time of every cumulative sum. */
  readonly beganAtUnixMs: number
  /**
   * Writes entries and adds the counted ones to the sums in one atomic, durable step: when the
   * promise resolves, they survive a kill. Answers in the order of `entries`; the same id twice,
   * within a call or over time, is recorded once. Calls at the same time may share a transaction.
   *
   * What arrives may show that older operations of its trace are not what they were taken for: their
   * correcting entries are part of the same step. `relatives` are spans without GenAI of traces that
   * have some: each once, and up to `MAX_RELATIVES` of a trace.
   */
  record(entries: readonly Entry[], relatives?: readonly Relative[]): Promise<readonly Recorded[]>
  /**
   * Counts containers that are still held though they were recorded before an instant, because
   * nothing came below them. One step takes the containers of at most `limit` traces; `isDone` says
   * that no more are due, apart from those that others are writing to. Safe to be called by several
   * processors at once.
   */
  settle(query: { readonly beforeUnixMs: number; readonly limit: number }): Promise<Settled>
  /**
   * Rates entries anew, in one atomic step of at most `MAX_REPRICINGS`: a correcting entry has the
   * exact difference. Whoever is not there, or comes out as it is rated already, is passed over;
   * answers how many were not. Safe to be called by several processors at once.
   */
  reprice(repricings: readonly Repricing[]): Promise<number>
  /**
   * One step of retention: drops entries that were recorded before an instant, with what was known of
   * their traces, sums of hours before another one, and decisions that have ended. Totals and what is
   * held stay. A dropped id is forgotten: its operation would count again. Several processors may call it at the same time.
   */
  retain(query: RetainQuery): Promise<Retained>
  /** At most `limit` entries, oldest first; `spanId`: only the one with it. */
  entries(query: {
    readonly traceId: string
    readonly spanId?: string
    readonly limit: number
  }): Promise<readonly StoredEntry[]>
  /** The same entries, by what a list of them shows. */
  outlines(query: {
    readonly traceId: string
    readonly limit: number
  }): Promise<readonly EntryOutline[]>
  /** Its spans that are no operations, as far as they are kept; oldest first. */
  relatives(query: { readonly traceId: string }): Promise<readonly Relative[]>
  /** At most `limit` entries that started in a range, by their start; `after`: the last one before. */
  entriesBetween(query: {
    readonly fromUnixMs?: number
    readonly toUnixMs?: number
    readonly after?: Pick<Entry, 'startTimeUnixNano' | 'traceId' | 'spanId'>
    readonly limit: number
  }): Promise<readonly StoredEntry[]>
  /** At most `limit` containers that wait to be settled, and are no spend until then; the oldest first. */
  held(query: { readonly limit: number }): Promise<readonly StoredEntry[]>
  spend(query: SpendQuery): Promise<readonly SpendRow[]>
  /** Each is as of one moment; where there are many, a store may read others a little later. */
  totals(): Promise<readonly Total[]>
  /**
   * What each of the newest `limit` counted operations of the range costs, where that is known; what
   * is never billed is left out. In no order.
   */
  costs(query: {
    readonly fromUnixMs?: number
    readonly toUnixMs?: number
    readonly limit: number
  }): Promise<readonly CostRow[]>
  /**
   * The most expensive traces with an operation that started in the range, each as a whole; with
   * `where`, the operations in the range that match find a trace, and they alone are added up.
   */
  topTraces(query: {
    readonly fromUnixMs?: number
    readonly toUnixMs?: number
    readonly where?: LabelFilter
    readonly limit: number
  }): Promise<readonly TraceSpend[]>
  /** The most frequent first. The range is widened to whole UTC hours. */
  unpriced(query: {
    readonly fromUnixMs?: number
    readonly toUnixMs?: number
    readonly where?: LabelFilter
    readonly limit: number
  }): Promise<readonly UnpricedGroup[]>
  /**
   * Adds up all entries anew, and answers where the kept sums differ, and where entries, corrections
   * and re-pricings contradict each other; at most `limit` rows by each check. It reads the whole
   * ledger.
   */
  verify(query: { readonly limit: number }): Promise<readonly Fault[]>
  /** `undefined` where nobody has written it yet. */
  readNote(name: string): Promise<Note | undefined>
  /**
   * Writes a note, durably, if its version still is `version` (0: there is none). `false`: another
   * was faster, and nothing was written.
   */
  writeNote(name: string, text: string, version: number): Promise<boolean>
  readonly budgets: BudgetStore
  /** Finishes what was asked for, then closes. Later calls reject. */
  close(): Promise<void>
}
