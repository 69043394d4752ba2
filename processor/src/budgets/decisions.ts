import { randomUUID } from 'node:crypto'
import { NOTHING, type Amounts, type Question } from '@spancost/budget'
import { splitUsage, type Operation, type Usage } from '@spancost/genai'
import type { Ask, BudgetStore, Decided } from '@spancost/ledger'
import { rateOperation } from '@spancost/pricing'
import type { Books } from '../open-book.ts'
import type { Signals } from './signals.ts'

/** What an application says of a call that it is about to make. */
export interface Call {
  readonly labels: Readonly<Record<string, string>>
  readonly provider?: string
  readonly model?: string
  readonly serviceTier?: string
  /** At most; of text, its length in UTF-8 bytes is a bound. */
  readonly inputTokens: number
  /** At most; what the call is told as its maximum. */
  readonly outputTokens: number
  readonly requestId?: string
  /** How long to reserve the worst case; absent: not at all. */
  readonly holdMs?: number
}

export interface Decisions {
  decide(call: Call): Promise<Decided & { readonly question: Question }>
  find: BudgetStore['findDecision']
  end: BudgetStore['endHold']
}

/**
 * Answers whether a call may be made, by what its budgets have left. The worst case is the dearest
 * way in which the tokens can be billed: as written to a cache for an hour, or as reasoning.
 */
export function createDecisions(
  store: BudgetStore,
  books: Books,
  signals: Signals,
  now: () => number = Date.now,
): Decisions {
  return {
    find: (requestId) => store.findDecision(requestId),
    end: (holdId, end) => store.endHold(holdId, end),
    async decide(call) {
      const atUnixMs = now()
      const labels = {
        ...call.labels,
        ...(call.provider !== undefined && { provider: call.provider }),
        ...(call.model !== undefined && { model: call.model }),
      }
      const question = askQuestion(call, atUnixMs, books)
      const { requestId, holdMs } = call
      const known = signals.read(labels, atUnixMs)
      const ask: Ask = {
        labels,
        atUnixMs,
        question,
        ...(known !== undefined && { signals: known }),
        ...(requestId !== undefined && { requestId }),
        ...(holdMs !== undefined && {
          hold: { id: randomUUID(), expiresAtUnixMs: atUnixMs + holdMs },
        }),
      }
      const decided = await store.decide(ask).catch(() => decideBlind(ask, signals))
      if (decided.verdict.kind === 'allow') signals.count(decided.levels)
      return { ...decided, question }
    },
  }
}

/** Without the ledger nobody knows what is left: each budget says itself what holds then. */
function decideBlind({ labels, atUnixMs }: Ask, { chargesOf }: Signals): Decided {
  const charges = chargesOf(labels, atUnixMs)
  const strict = charges.find(({ budget }) => budget.onFailure === 'refuse')
  const about = { labels, atUnixMs, levels: [] }
  if (strict === undefined) return { ...about, verdict: { kind: 'allow' } }
  const by = { budgetId: strict.budget.id, windowId: strict.window.id, why: 'unavailable' } as const
  return { ...about, verdict: { kind: 'deny' }, by }
}

function askQuestion(call: Call, atUnixMs: number, books: Books): Question {
  const { inputTokens, outputTokens, model } = call
  const tokens = { ...NOTHING.tokens, input: BigInt(inputTokens), output: BigInt(outputTokens) }
  const costs = listUsages(call).map((usage) => rateUsage(call, usage, atUnixMs, books))
  const known = costs.filter((cost) => cost !== undefined)
  const worstCase: Amounts = {
    costAtto: known.reduce((most, cost) => (cost > most ? cost : most), 0n),
    operations: 1n,
    tokens,
  }
  // Caching and reasoning need not have a rate; the plain way has to.
  const isPriced = costs[0] !== undefined
  return { worstCase, isPriced, ...(model !== undefined && { model }) }
}

/** The ways in which the same tokens can be billed; the plain one first. */
function listUsages({ inputTokens, outputTokens }: Call): Usage[] {
  const plain = { inputTokens, outputTokens }
  return [
    plain,
    { ...plain, cacheWrite5mTokens: inputTokens },
    { ...plain, cacheWrite1hTokens: inputTokens },
    { ...plain, reasoningTokens: outputTokens },
    { ...plain, cacheWrite1hTokens: inputTokens, reasoningTokens: outputTokens },
  ].filter((usage) => splitUsage(usage).kind === 'units')
}

function rateUsage(
  { provider, model, serviceTier, labels }: Call,
  usage: Usage,
  atUnixMs: number,
  books: Books,
): bigint | undefined {
  const operation: Operation = {
    dialect: 'decision',
    role: 'leaf',
    name: 'chat',
    usage,
    ...(provider !== undefined && { provider }),
    ...(model !== undefined && { requestModel: model }),
    ...(serviceTier !== undefined && { serviceTier }),
  }
  const { status, costAtto } = rateOperation(operation, atUnixMs, books.of(labels['tenant']))
  return status === 'partial' || status === 'unpriced' ? undefined : costAtto
}
