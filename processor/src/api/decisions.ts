import type { Decision, Limit } from '@spancost/budget'
import type { StoredBudget } from '@spancost/ledger'
import { z } from 'zod'
import { owns, ROLES } from './access.ts'
import { answerJson, defineRoute, notFound, type Answer } from './answer.ts'
import { showAmount } from './budgets.ts'
import { toInstant, toMoney } from './json.ts'
import { name } from './parameters.ts'
import { readBody } from './posted.ts'

const text = (most: number) => z.string().min(1).max(most)

const tokens = z.int('expected a whole number').min(0).max(1_000_000_000)

/** A stream may last, but nobody waits for a day. */
const MAX_HOLD_MS = 24 * 3_600_000
const HOLD_MS = 10 * 60_000

const asked = z
  .strictObject({
    dimensions: z.record(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/), text(256)).prefault({}),
    provider: text(256).optional(),
    model: text(512).optional(),
    serviceTier: text(64).optional(),
    inputTokens: tokens.optional(),
    promptBytes: tokens.optional(),
    maxOutputTokens: tokens.prefault(0),
    requestId: text(200).optional(),
    hold: z
      .union([z.boolean(), z.strictObject({ ttlMs: z.int().min(1000).max(MAX_HOLD_MS) })])
      .prefault(false),
  })
  .refine(({ hold, requestId }) => hold === false || requestId !== undefined, {
    path: ['requestId'],
    error: 'missing; a hold needs one, so that asking again reserves nothing twice',
  })

/** May this call be made? Answers 200 whatever the verdict is. */
export const decideRoute = defineRoute(
  '/api/v1/decisions',
  {},
  async ({ decisions, desk, caller, body }) => {
    const read = readBody(asked, body)
    if (read.kind === 'bad') return read.answer
    const { dimensions, hold, inputTokens, promptBytes, maxOutputTokens, ...call } = read.value
    const labels = { ...caller.labels, ...dimensions }
    if (!owns(caller, labels)) {
      return refuse(403, `"${caller.name}" may ask only for what is its own`)
    }
    const decided = await decisions.decide({
      labels,
      // A token is at least a byte, so bytes are a bound.
      inputTokens: inputTokens ?? promptBytes ?? 0,
      outputTokens: maxOutputTokens,
      ...withoutAbsent(call),
      ...(hold !== false && { holdMs: hold === true ? HOLD_MS : hold.ttlMs }),
    })
    const { worstCase, isPriced } = decided.question
    return answerJson({
      ...showDecision(decided, await desk.list()),
      holdId: decided.holdId,
      ...(isPriced && { worstCase: toMoney(worstCase.costAtto) }),
    })
  },
  { method: 'POST', needs: ROLES.decider, minds: 'labels' },
)

/** Why was I refused? */
export const decisionRoute = defineRoute(
  '/api/v1/decisions/{requestId}',
  { requestId: name },
  async ({ decisions, desk, caller }, { requestId = '' }) => {
    const found = await decisions.find(requestId)
    if (found === undefined || !owns(caller, found.labels)) {
      return notFound(`nothing is kept about the request "${requestId}"`)
    }
    return answerJson({
      at: toInstant(found.atUnixMs),
      state: found.state,
      dimensions: found.labels,
      ...showDecision(found, await desk.list()),
      holdId: found.holdId,
    })
  },
  { needs: ROLES.decider, minds: 'labels' },
)

/** Ends a hold where no span will: the call was made (`settle`) or not (`release`). */
export const holdRoutes = (['settle', 'release'] as const).map((word) =>
  defineRoute(
    `/api/v1/holds/{id}/${word}`,
    { id: name },
    async ({ decisions }, { id = '' }) => {
      const before = await decisions.end(id, word === 'settle' ? 'settled' : 'released')
      if (before === undefined) return notFound(`there is no hold "${id}"`)
      return answerJson({ holdId: id, state: before === 'held' ? `${word}d` : before })
    },
    { method: 'POST', needs: ROLES.decider },
  ),
)

function showDecision(decision: Decision, budgets: readonly StoredBudget[]) {
  const measures = new Map(budgets.map(({ budget }) => [budget.id, budget.limit.measure]))
  const { verdict, by, levels } = decision
  return {
    decision: verdict.kind,
    ...('retryAfterMs' in verdict && { retryAfterMs: verdict.retryAfterMs }),
    ...('model' in verdict && { model: verdict.model }),
    ...(by !== undefined && { budget: by.budgetId, window: by.windowId, reason: by.why }),
    levels: levels.map(({ budgetId, key, windowId, state, ...amounts }) => {
      const measure: Limit['measure'] = measures.get(budgetId) ?? 'cost'
      return {
        budget: budgetId,
        ...(key !== '' && { for: JSON.parse(key) as unknown }),
        window: windowId,
        state,
        limit: showAmount(measure, amounts.limit),
        left: showAmount(measure, amounts.left),
      }
    }),
  }
}

function refuse(status: number, detail: string): Answer {
  return { kind: 'problem', status, problem: { detail } }
}

/** What was not given is left out, not `undefined`. */
function withoutAbsent<Given extends object>(
  given: Given,
): {
  [Name in keyof Given]: Exclude<Given[Name], undefined>
} {
  const entries = Object.entries(given).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof Given]: Exclude<Given[Name], undefined> }
}
