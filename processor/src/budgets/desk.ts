import { isDeepStrictEqual } from 'node:util'
import {
  createWindows,
  DEFAULT_THRESHOLDS,
  exchangeBudget,
  findTreeFaults,
  foreignOf,
  takeStep,
  type Actor,
  type ApprovalLevel,
  type Budget,
  type Exchanged,
  type Foreign,
  type RateTable,
  type Step,
  type Threshold,
} from '@spancost/budget'
import { formatRate } from '@spancost/pricing'
import type { AuditStep, BudgetBook, BudgetStore, StoredBudget } from '@spancost/ledger'

export type DeskAnswer =
  | { readonly kind: 'done'; readonly stored: StoredBudget }
  /** `conflict`: what was asked does not fit what there is; `forbidden`: another has to do it. */
  | {
      readonly kind: 'invalid' | 'conflict' | 'forbidden' | 'unknown'
      readonly reason: string
    }

/** Where budgets are asked for, approved and closed. Every step is in the audit. */
export interface BudgetDesk {
  /**
   * Makes the ledger's budgets of the config those of this config, and the exchange rates of windows
   * to come those of this table. Throws where a limit's currency has no rate.
   */
  declare(budgets: readonly Budget[]): Promise<void>
  list(): Promise<readonly StoredBudget[]>
  request(budget: Budget, actor: Actor, why?: string): Promise<DeskAnswer>
  step(step: Step, id: string, actor: Actor, why?: string): Promise<DeskAnswer>
  audit: BudgetStore['audit']
}

/** Beyond this a ledger keeps no more budgets; each is looked at in every decision's cache. */
const MAX_BUDGETS = 20_000

/** Others may write at the same time; who loses looks again. */
const MAX_TRIES = 20

const WHAT = { approve: 'approved', reject: 'rejected', close: 'closed' } as const

export function createBudgetDesk(
  store: BudgetStore,
  levels: readonly ApprovalLevel[],
  rates: RateTable,
  now: () => number = Date.now,
): BudgetDesk {
  let known: BudgetBook | undefined

  /** Thousands of budgets change seldom, and are looked at all the time. */
  async function list(): Promise<readonly StoredBudget[]> {
    const version = await store.budgetVersion()
    if (known?.version !== version) known = await store.readBudgets()
    return known.budgets
  }

  /** Changes what there is by what `plan` makes of it, until nobody came in between. */
  async function change(plan: (before: readonly StoredBudget[]) => Plan): Promise<DeskAnswer> {
    for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
      const { version, budgets } = await store.readBudgets()
      const planned = plan(budgets)
      if (planned.kind === 'answer') return planned.answer
      if (await store.writeBudgets(planned.budgets, version, planned.audit)) {
        return { kind: 'done', stored: planned.stored }
      }
    }
    return { kind: 'conflict', reason: 'others change budgets all the time; try again' }
  }

  return {
    list,
    audit: (query) => store.audit(query),
    async declare(declared) {
      for (;;) {
        const { version, budgets } = await store.readBudgets()
        const planned = planDeclared(declared, budgets, rates, now())
        if (planned === undefined) return
        if (await store.writeBudgets(planned.budgets, version, planned.audit)) return
      }
    },
    request: (budget, actor, why) =>
      change((before) => planRequest(budget, before, actor, { why, atUnixMs: now(), rates })),
    step: (step, id, actor, why) =>
      change((before) => {
        return planStep(step, id, before, actor, { why, atUnixMs: now(), rates, levels })
      }),
  }
}

type Plan =
  | { readonly kind: 'answer'; readonly answer: DeskAnswer }
  | {
      readonly kind: 'change'
      readonly budgets: readonly StoredBudget[]
      readonly audit: readonly AuditStep[]
      readonly stored: StoredBudget
    }

function refuse(kind: 'invalid' | 'conflict' | 'forbidden' | 'unknown', reason: string): Plan {
  return { kind: 'answer', answer: { kind, reason } }
}

interface Occasion {
  readonly atUnixMs: number
  readonly rates: RateTable
  readonly why: string | undefined
}

function planRequest(
  asked: Budget,
  before: readonly StoredBudget[],
  actor: Actor,
  { atUnixMs, rates, why }: Occasion,
): Plan {
  const exchanged = exchangeBudget(asked, rates, atUnixMs)
  if (exchanged.kind === 'unknown') return refuse('invalid', `budget.limit: ${exchanged.reason}`)
  const { budget } = exchanged
  const old = before.find((stored) => stored.budget.id === budget.id)
  if (old !== undefined && isLiving(old)) {
    return refuse('conflict', `there is a budget "${budget.id}" already; it is ${old.life}`)
  }
  const others = before.filter((stored) => stored !== old)
  if (others.length >= MAX_BUDGETS) return refuse('conflict', `there are ${MAX_BUDGETS} already`)
  const fault = findFault([...others.filter(isLiving).map((each) => each.budget), budget], budget)
  if (fault !== undefined) return refuse('invalid', fault)
  const stored: StoredBudget = { budget, life: 'pending', origin: 'api', requestedBy: actor.name }
  const step = createStep('requested', budget, actor.name, atUnixMs, why)
  return { kind: 'change', budgets: [...others, stored], audit: [step], stored }
}

function planStep(
  step: Step,
  id: string,
  before: readonly StoredBudget[],
  actor: Actor,
  { atUnixMs, rates, why, levels }: Occasion & { readonly levels: readonly ApprovalLevel[] },
): Plan {
  const old = before.find((stored) => stored.budget.id === id)
  if (old === undefined) return refuse('unknown', `there is no budget "${id}"`)
  if (old.origin === 'config') {
    return refuse('conflict', `"${id}" stands in the config, which alone changes it`)
  }
  const { requestedBy } = old
  // What is approved is what it is worth now, not when it was asked for.
  const exchanged: Exchanged =
    step === 'approve'
      ? exchangeBudget(old.budget, rates, atUnixMs)
      : { kind: 'budget', budget: old.budget }
  if (exchanged.kind === 'unknown') return refuse('invalid', `"${id}": ${exchanged.reason}`)
  const about = { ...exchanged.budget, ...(requestedBy !== undefined && { requestedBy }) }
  const result = takeStep(step, old.life, about, actor, levels)
  if (result.kind === 'refused')
    return refuse(result.isRank ? 'forbidden' : 'conflict', result.reason)
  const { budget: known } = exchanged
  const budget = result.level === undefined ? known : withLevel(known, result.level)
  const isApproved = result.life === 'approved'
  const stored: StoredBudget = {
    ...old,
    budget,
    life: result.life,
    ...(isApproved && { countsFromUnixMs: startOf(budget, atUnixMs) }),
  }
  const budgets = before.map((each) => (each === old ? stored : each))
  const audit = [createStep(WHAT[step], budget, actor.name, atUnixMs, why)]
  return { kind: 'change', budgets, audit, stored }
}

/** Of the config: what is new or changed becomes active, what is gone is closed. */
function planDeclared(
  declared: readonly Budget[],
  before: readonly StoredBudget[],
  rates: RateTable,
  atUnixMs: number,
): { budgets: readonly StoredBudget[]; audit: readonly AuditStep[] } | undefined {
  const audit: AuditStep[] = []
  const others = before
    .filter(({ origin }) => origin === 'api')
    .map((stored) => renewRates(stored, rates, audit, atUnixMs))
  const kept = declared.map((written): StoredBudget => {
    const old = before.find((each) => each.origin === 'config' && each.budget.id === written.id)
    const exchanged = exchangeBudget(written, rates, atUnixMs, ratesOf(old, written))
    if (exchanged.kind === 'unknown') throw new Error(`"${written.id}": ${exchanged.reason}`)
    const { budget } = exchanged
    const isSame = old?.life === 'approved' && isDeepStrictEqual(old.budget, budget)
    if (old !== undefined && isSame) return old
    audit.push(createStep('declared', budget, 'config', atUnixMs))
    const isSameWindow =
      old?.life === 'approved' && isDeepStrictEqual(old.budget.window, budget.window)
    const countsFromUnixMs = isSameWindow ? old.countsFromUnixMs : startOf(budget, atUnixMs)
    return {
      budget,
      life: 'approved',
      origin: 'config',
      ...(countsFromUnixMs !== undefined && { countsFromUnixMs }),
    }
  })
  const ids = new Set(declared.map(({ id }) => id))
  for (const { budget, origin } of before) {
    if (origin === 'config' && !ids.has(budget.id)) {
      audit.push(createStep('removed', budget, 'config', atUnixMs))
    }
  }
  if (audit.length === 0) return undefined
  // An id stands for one budget: the config wins over what was asked for.
  return { budgets: [...kept, ...others.filter(({ budget }) => !ids.has(budget.id))], audit }
}

/** The rates that a budget's windows have had so far; `undefined`: these are other windows. */
function ratesOf(old: StoredBudget | undefined, budget: Budget): Foreign | undefined {
  if (old?.life !== 'approved') return undefined
  const foreign = foreignOf(old.budget.limit)
  const isSame =
    foreign?.currency === foreignOf(budget.limit)?.currency &&
    old.budget.validFromUnixMs === budget.validFromUnixMs &&
    isDeepStrictEqual(old.budget.window, budget.window)
  return isSame ? foreign : undefined
}

/** A budget that was approved keeps the rate of its window, and gets those of windows to come. */
function renewRates(
  stored: StoredBudget,
  rates: RateTable,
  audit: AuditStep[],
  atUnixMs: number,
): StoredBudget {
  const kept = ratesOf(stored, stored.budget)
  if (kept === undefined) return stored
  const exchanged = exchangeBudget(stored.budget, rates, atUnixMs, kept)
  if (exchanged.kind === 'unknown') return stored
  if (isDeepStrictEqual(exchanged.budget, stored.budget)) return stored
  const { budget } = exchanged
  const newest = foreignOf(budget.limit)?.rates.at(-1)
  const why =
    newest &&
    `${kept.currency}: ${formatRate(newest.usd)} USD (${newest.from}) since ${newest.since}`
  audit.push(createStep('exchanged', budget, 'config', atUnixMs, why))
  return { ...stored, budget }
}

function isLiving({ life }: StoredBudget): boolean {
  return life === 'approved' || life === 'pending'
}

/** What is wrong with all budgets once one is among them: said of it, or of its parents. */
function findFault(budgets: readonly Budget[], budget: Budget): string | undefined {
  const known = new Set(findTreeFaults(budgets.filter((each) => each !== budget)).map(textOf))
  const fresh = findTreeFaults(budgets).find((fault) => !known.has(textOf(fault)))
  return fresh && `"${fresh.id}": ${fresh.message}`
}

function textOf({ id, message }: { readonly id: string; readonly message: string }): string {
  return `${id}: ${message}`
}

/** Counters begin with the window in which a budget becomes active. */
function startOf({ window }: Budget, atUnixMs: number): number {
  return Math.max(0, createWindows(window)(atUnixMs).startUnixMs)
}

/** Who approved decides when a budget warns first, where whoever asked has not. */
function withLevel(budget: Budget, { alertAtPercent }: ApprovalLevel): Budget {
  const isDefault = isDeepStrictEqual(budget.thresholds, DEFAULT_THRESHOLDS)
  if (alertAtPercent === undefined || !isDefault) return budget
  const first: Threshold = { percent: alertAtPercent, of: 'spent', action: { kind: 'notify' } }
  const others = DEFAULT_THRESHOLDS.filter(({ percent }) => percent >= 100)
  return { ...budget, thresholds: [first, ...others] }
}

function createStep(
  what: AuditStep['what'],
  budget: Budget,
  who: string,
  atUnixMs: number,
  why?: string,
): AuditStep {
  const about = { atUnixMs, budgetId: budget.id, what, who, budget: show(budget) }
  return { ...about, ...(why !== undefined && { why }) }
}

/** A bigint is no JSON. */
function show(budget: Budget): unknown {
  const { limit } = budget
  const foreign = foreignOf(limit)
  const rates = foreign?.rates.map(({ usd, ...rate }) => ({ ...rate, usd: formatRate(usd) }))
  const shown = { ...limit, amount: limit.amount.toString() }
  return { ...budget, limit: { ...shown, ...(foreign && { foreign: { ...foreign, rates } }) } }
}
