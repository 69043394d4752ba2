import type { Decision, Limit, Question } from '@spancost/budget'
import type { Decided } from '@spancost/ledger'
import { formatAmount } from '@spancost/pricing'
import { z } from 'zod'
import { owns, ROLES } from './access.ts'
import { answerJson, defineRoute, notFound, type Answer, type Asked } from './answer.ts'
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
    maxOutputTokens: tokens.optional(),
    requestId: text(200).optional(),
    hold: z
      .union([z.boolean(), z.strictObject({ ttlMs: z.int().min(1000).max(MAX_HOLD_MS) })])
      .prefault(false),
  })
  .refine(({ hold, requestId }) => hold === false || requestId !== undefined, {
    path: ['requestId'],
    error: 'missing; a hold needs one, so that asking again reserves nothing twice',
  })
  .refine(
    ({ hold, inputTokens, promptBytes }) => !(hold && (inputTokens ?? promptBytes) === undefined),
    {
      path: ['inputTokens'],
      error: 'missing; a hold reserves the worst case, so it needs this bound or promptBytes',
    },
  )
  .refine(({ hold, maxOutputTokens }) => !hold || maxOutputTokens !== undefined, {
    path: ['maxOutputTokens'],
    error: 'missing; a hold reserves the worst case, so it needs this bound (0: no output)',
  })

export type AnsweredCall =
  | { readonly kind: 'decided'; readonly decided: Decided & { readonly question: Question } }
  | { readonly kind: 'refused'; readonly answer: Answer }

/** Reads a call and decides about it; refused is what is no call, or not the caller's own. */
export async function askForCall(
  { decisions, caller }: Pick<Asked, 'decisions' | 'caller'>,
  written: unknown,
): Promise<AnsweredCall> {
  const read = readBody(asked, written)
  if (read.kind === 'bad') return { kind: 'refused', answer: read.answer }
  const { dimensions, hold, inputTokens, promptBytes, maxOutputTokens, ...call } = read.value
  const labels = { ...caller.labels, ...dimensions }
  if (!owns(caller, labels)) {
    const answer = refuse(403, `"${caller.name}" may ask only for what is its own`)
    return { kind: 'refused', answer }
  }
  const decided = await decisions.decide({
    labels,
    // A token is at least a byte, so bytes are a bound. What is not said bounds nothing: it adds
    // nothing to what is spent already, by which a question without a hold is answered.
    inputTokens: inputTokens ?? promptBytes ?? 0,
    outputTokens: maxOutputTokens ?? 0,
    ...withoutAbsent(call),
    ...(hold !== false && { holdMs: hold === true ? HOLD_MS : hold.ttlMs }),
  })
  return { kind: 'decided', decided }
}

/** May this call be made? Answers 200 whatever the verdict is. */
export const decideRoute = defineRoute(
  '/api/v1/decisions',
  {},
  async (context) => {
    const answered = await askForCall(context, context.body)
    if (answered.kind === 'refused') return answered.answer
    const { decided } = answered
    const { worstCase, isPriced } = decided.question
    return answerJson({
      ...showDecision(decided),
      summary: summarize(decided),
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
  async ({ decisions, caller }, { requestId = '' }) => {
    const found = await decisions.find(requestId)
    if (found === undefined || !owns(caller, found.labels)) {
      return notFound(`nothing is kept about the request "${requestId}"`)
    }
    return answerJson({
      at: toInstant(found.atUnixMs),
      state: found.state,
      dimensions: found.labels,
      ...showDecision(found),
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

export function showDecision({ verdict, by, levels }: Decision) {
  return {
    decision: verdict.kind,
    ...('retryAfterMs' in verdict && { retryAfterMs: verdict.retryAfterMs }),
    ...('model' in verdict && { model: verdict.model }),
    ...(by !== undefined && { budget: by.budgetId, window: by.windowId, reason: by.why }),
    levels: levels.map(({ budgetId, key, windowId, state, measure, limit, left }) => ({
      budget: budgetId,
      ...(key !== '' && { for: JSON.parse(key) as unknown }),
      window: windowId,
      state,
      limit: showAmount(measure, limit),
      left: showAmount(measure, left),
    })),
  }
}

/**
 * The decision in a header's length (a dictionary of RFC 8941): `decision=deny, budget="web",
 * window="day:2026-11-23", reason=limit`, or, where it is not denied, what is left of the budget
 * that is nearest to its end. Values of labels are left out: what is untrusted is no header.
 */
export function summarize({ verdict, by, levels }: Decision): string {
  const nearest = levels.toSorted((a, b) => shareLeft(a) - shareLeft(b))[0]
  const { budgetId, windowId } = by ?? nearest ?? {}
  const level = levels.find((each) => each.budgetId === budgetId)
  const parts = [
    `decision=${verdict.kind}`,
    ...(budgetId === undefined ? [] : [`budget="${budgetId}"`, `window="${windowId}"`]),
    ...(by === undefined ? [] : [`reason=${by.why}`]),
    ...(level === undefined ? [] : [`left="${writeAmount(level.measure, level.left)}"`]),
  ]
  return parts.join(', ')
}

/** For comparing only; a limit of nothing has nothing left. */
function shareLeft({ left, limit }: Decision['levels'][number]): number {
  return limit === 0n ? 0 : Number((left * 1_000_000n) / limit)
}

function writeAmount(measure: Limit['measure'], amount: bigint): string {
  return measure === 'cost' ? `${formatAmount(amount)} USD` : `${amount} ${measure}`
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
