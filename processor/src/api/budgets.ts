import { foreignOf, rateIn, type Budget, type Limit, type Step } from '@spancost/budget'
import type { StoredBudget } from '@spancost/ledger'
import { formatAmount, formatRate } from '@spancost/pricing'
import { z } from 'zod'
import type { DeskAnswer } from '../budgets/desk.ts'
import { readStandings, stateOf, type Standing } from '../budgets/standing.ts'
import { budget as budgetSchema, findLabelFault } from '../config/budgets.ts'
import { isLimited, owns, ROLES, type Caller } from './access.ts'
import { answerJson, defineRoute, notFound, type Answer, type Asked } from './answer.ts'
import { toInstant, toMoney } from './json.ts'
import { readBody } from './posted.ts'
import { name, wholeNumber } from './parameters.ts'

const MAX_AUDIT = 10_000

/** Every budget, where it stands in its present window. */
export const budgetsRoute = defineRoute(
  '/api/v1/budgets',
  {},
  async (asked) => {
    const seen = (await asked.desk.list()).filter(({ budget }) => maySee(asked.caller, budget))
    const shown = await Promise.all(seen.map((stored) => showBudget(stored, asked)))
    return answerJson({ budgets: shown })
  },
  { minds: 'labels' },
)

export const budgetRoute = defineRoute(
  '/api/v1/budgets/{id}',
  { id: name },
  async (asked, { id = '' }) => {
    const stored = (await asked.desk.list()).find(({ budget }) => budget.id === id)
    if (stored === undefined || !maySee(asked.caller, stored.budget)) {
      return notFound(`there is no budget "${id}"`)
    }
    return answerJson(await showBudget(stored, asked))
  },
  { minds: 'labels' },
)

/** What happened to budgets, the newest first. */
export const auditRoute = defineRoute(
  '/api/v1/audit',
  { budget: name, limit: wholeNumber(MAX_AUDIT) },
  async ({ desk }, { budget: budgetId, limit = 100 }) => {
    const steps = await desk.audit({ limit, ...(budgetId !== undefined && { budgetId }) })
    return answerJson({
      steps: steps.map(({ atUnixMs, ...step }) => ({ at: toInstant(atUnixMs), ...step })),
    })
  },
)

const why = z.string().max(2000).optional()

const requested = z.strictObject({ budget: budgetSchema, why })

/** Asks for a budget, which somebody of the right rank then approves. */
export const requestBudgetRoute = defineRoute(
  '/api/v1/budgets',
  {},
  async (asked) => {
    const read = readBody(requested, asked.body)
    if (read.kind === 'bad') return read.answer
    const { budget, why: reason } = read.value
    if (!maySee(asked.caller, budget)) {
      return refuse(403, `"${asked.caller.name}" may ask only for budgets of its own labels`)
    }
    const stray = asked.labels && findLabelFault(budget, asked.labels)
    if (stray !== undefined) return refuse(400, `budget: ${stray}`)
    return answerStep(await asked.desk.request(budget, asked.caller, reason), asked, 201)
  },
  { method: 'POST', needs: ROLES.requester, minds: 'labels' },
)

/** Approve, reject and close. Whether the caller's rank is enough is the desk's to say. */
export const budgetStepRoutes = (['approve', 'reject', 'close'] as const).map((step: Step) =>
  defineRoute(
    `/api/v1/budgets/{id}/${step}`,
    { id: name },
    async (asked, { id = '' }) => {
      const read = readBody(z.strictObject({ why }), asked.body ?? {})
      if (read.kind === 'bad') return read.answer
      return answerStep(await asked.desk.step(step, id, asked.caller, read.value.why), asked, 200)
    },
    { method: 'POST', needs: 'known' },
  ),
)

const STATUS = { invalid: 400, conflict: 409, forbidden: 403, unknown: 404 } as const

async function answerStep(answer: DeskAnswer, asked: Asked, status: number): Promise<Answer> {
  if (answer.kind !== 'done') return refuse(STATUS[answer.kind], answer.reason)
  return answerJson(await showBudget(answer.stored, asked), status)
}

function refuse(status: number, detail: string): Answer {
  return { kind: 'problem', status, problem: { detail } }
}

/** A budget is a caller's own where its scope demands each of the caller's labels. */
function maySee(caller: Caller, { scope }: Budget): boolean {
  if (!isLimited(caller)) return true
  const only = Object.entries(scope).flatMap(([label, values]) =>
    values.length === 1 ? [[label, values[0]!] as const] : [],
  )
  return owns(caller, Object.fromEntries(only))
}

async function showBudget(stored: StoredBudget, { store, forecasts }: Asked) {
  const { budget, life, origin, requestedBy } = stored
  const nowMs = Date.now()
  const standings = await readStandings(stored, store.budgets, nowMs, forecasts())
  const { limit, validFromUnixMs, validToUnixMs, ...rest } = budget
  return {
    ...rest,
    limit: showLimit(limit),
    ...(validFromUnixMs !== undefined && { validFrom: toInstant(validFromUnixMs) }),
    ...(validToUnixMs !== undefined && { validTo: toInstant(validToUnixMs) }),
    origin,
    requestedBy,
    life,
    state: stateOf(stored, standings, nowMs),
    counters: standings.map((standing) => showStanding(budget, standing)),
  }
}

function showStanding(budget: Budget, standing: Standing) {
  const { limit, each } = budget
  const { measure } = limit
  const { key, window, assessment, unpriced, forecastError } = standing
  const amount = (value: bigint) => showAmount(measure, value)
  const values = key === '' ? [] : (JSON.parse(key) as string[])
  const rate = rateIn(budget, window)
  return {
    for: Object.fromEntries(each.map((label, index) => [label, values[index]])),
    window: {
      id: window.id,
      ...(Number.isFinite(window.startUnixMs) && { start: toInstant(window.startUnixMs) }),
      ...(Number.isFinite(window.endUnixMs) && { end: toInstant(window.endUnixMs) }),
    },
    state: assessment.state,
    limit: amount(assessment.limit),
    ...(rate && {
      exchange: { rate: formatRate(rate.usd), from: rate.from, of: showLimit(limit) },
    }),
    spent: amount(assessment.spent),
    held: amount(assessment.held),
    left: amount(assessment.left),
    percent: assessment.percent,
    ...(assessment.forecast !== undefined && { forecast: amount(assessment.forecast) }),
    ...(forecastError !== undefined && { forecastError }),
    unpriced,
  }
}

function showLimit(limit: Limit) {
  const foreign = foreignOf(limit)
  if (foreign !== undefined) {
    return { amount: formatAmount(limit.amount), currency: foreign.currency }
  }
  const types = limit.measure === 'tokens' ? limit.types : undefined
  return { ...showAmount(limit.measure, limit.amount), ...(types && { types }) }
}

/** Money, or `{"tokens": ...}`, `{"operations": ...}`. */
export function showAmount(measure: Limit['measure'], amount: bigint) {
  return measure === 'cost' ? toMoney(amount) : { [measure]: amount }
}
