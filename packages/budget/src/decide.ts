import {
  assess,
  measure,
  type Amounts,
  type Assessment,
  type Counter,
  type WindowState,
} from './assess.ts'
import { percentOf, type Action, type Budget, type Limit } from './budget.ts'
import type { Window } from './window.ts'

/** One counter that an operation would count in. */
export interface Level {
  readonly budget: Budget
  /** Which of the budget's counters: `''`, or the values of `each`. */
  readonly key: string
  readonly window: Window
  readonly counter: Counter
  /** The window before, where the budget carries over. */
  readonly before?: WindowState
  readonly forecast?: bigint
  /** Decisions of the last minute that let an operation through, for throttling. */
  readonly lastMinute: number
}

export interface Question {
  readonly model?: string
  /** The most that the operation can cost and use; what is not known is 0. */
  readonly worstCase: Amounts
  /** Whether the book has a price for it. */
  readonly isPriced: boolean
}

export type Verdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'throttle'; readonly retryAfterMs: number }
  | { readonly kind: 'downgrade'; readonly model: string }
  | { readonly kind: 'deny' }

export type Why =
  | 'limit'
  | 'too_large'
  | 'unpriced'
  | 'throttled'
  | 'downgraded'
  /** The ledger could not be asked. */
  | 'unavailable'

export interface Decision {
  readonly verdict: Verdict
  /** Which budget and window said so; absent where nothing objected. */
  readonly by?: { readonly budgetId: string; readonly windowId: string; readonly why: Why }
  readonly levels: readonly (Assessment & {
    /** What the amounts are in; money is 1e-18 USD. */
    readonly measure: Limit['measure']
    readonly budgetId: string
    readonly key: string
    readonly windowId: string
  })[]
}

/** How long a throttled caller waits before a decision of the last minute has aged out, at most. */
const MINUTE_MS = 60_000

const STRICTNESS = { allow: 0, throttle: 1, downgrade: 2, deny: 3 } as const

/**
 * Decides about an operation before it is made. Every level must have room for the worst case: the
 * operation that would cross a limit is denied, not squeezed in. Of several objections the
 * strictest is answered, and of equals the first.
 */
export function decide(question: Question, levels: readonly Level[]): Decision {
  const assessed = levels.map((level) => ({ level, assessment: assessLevel(level) }))
  let verdict: Verdict = { kind: 'allow' }
  let by: Decision['by']
  for (const { level, assessment } of assessed) {
    const objection = object(question, level, assessment)
    if (objection === undefined) continue
    if (STRICTNESS[objection.verdict.kind] <= STRICTNESS[verdict.kind]) continue
    verdict = objection.verdict
    by = { budgetId: level.budget.id, windowId: level.window.id, why: objection.why }
  }
  return {
    verdict,
    ...(by !== undefined && { by }),
    levels: assessed.map(({ level: { budget, key, window }, assessment }) => ({
      ...assessment,
      measure: budget.limit.measure,
      budgetId: budget.id,
      key,
      windowId: window.id,
    })),
  }
}

function assessLevel({ budget, window, counter, before, forecast }: Level): Assessment {
  const more = {
    ...(before !== undefined && { before }),
    ...(forecast !== undefined && { forecast }),
  }
  return assess(budget, { window, counter }, more)
}

/**
 * The most that a counter may reach by decisions: the lowest threshold of what is spent that
 * refuses. `undefined`: the budget only tells.
 */
export function capOf(
  { thresholds }: Pick<Budget, 'thresholds'>,
  limit: bigint,
): bigint | undefined {
  const percents = thresholds
    .filter(({ of, action }) => of === 'spent' && action.kind === 'refuse')
    .map(({ percent }) => percent)
  return percents.length === 0 ? undefined : percentOf(limit, Math.min(...percents))
}

interface Objection {
  readonly verdict: Verdict
  readonly why: Why
}

function object(question: Question, level: Level, assessment: Assessment): Objection | undefined {
  const { budget } = level
  const deny = (why: Why): Objection => ({ verdict: { kind: 'deny' }, why })
  if (!question.isPriced && budget.unpriced === 'refuse') return deny('unpriced')
  const cap = capOf(budget, assessment.limit)
  if (cap !== undefined) {
    const taken = assessment.spent + assessment.held
    if (taken >= cap) return deny('limit')
    if (taken + measure(budget.limit, question.worstCase) > cap) return deny('too_large')
  }
  const actions = assessment.passed.map(({ action }) => action)
  if (actions.some(({ kind }) => kind === 'refuse')) return deny('limit')
  return objectToModel(question, actions) ?? objectToRate(level, actions)
}

/** The highest threshold that names models decides which. */
function objectToModel(question: Question, actions: readonly Action[]): Objection | undefined {
  const downgrade = actions.findLast((action) => action.kind === 'downgrade')
  const [model] = downgrade?.models ?? []
  if (downgrade === undefined || model === undefined) return undefined
  if (question.model !== undefined && downgrade.models.includes(question.model)) return undefined
  return { verdict: { kind: 'downgrade', model }, why: 'downgraded' }
}

function objectToRate({ lastMinute }: Level, actions: readonly Action[]): Objection | undefined {
  const rates = actions.flatMap((action) => (action.kind === 'throttle' ? [action.perMinute] : []))
  if (rates.length === 0) return undefined
  const perMinute = Math.min(...rates)
  if (lastMinute < perMinute) return undefined
  const retryAfterMs = Math.ceil(MINUTE_MS / Math.max(perMinute, 1))
  return { verdict: { kind: 'throttle', retryAfterMs }, why: 'throttled' }
}
