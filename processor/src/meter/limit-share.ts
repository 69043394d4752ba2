/** Answers that come faster than this are asked for anew each time. */
const QUICK_MS = 250

/**
 * Gives a slow answer again for nine times as long as it took, so that questions take no more than a
 * tenth of the time of whoever answers, however often they are asked. Reading the totals of a ledger
 * with very many label sets holds up its commits.
 */
export function limitShare<Answer>(
  ask: () => Promise<Answer>,
  now: () => number = () => performance.now(),
): () => Promise<Answer> {
  let last: { readonly answer: Answer; readonly untilMs: number } | undefined
  return async () => {
    const startMs = now()
    if (last !== undefined && startMs < last.untilMs) return last.answer
    const answer = await ask()
    const endMs = now()
    const tookMs = endMs - startMs
    last = tookMs < QUICK_MS ? undefined : { answer, untilMs: endMs + 9 * tookMs }
    return answer
  }
}
