/**
 * Judges a race by its log alone: what each call asked, was answered and did, and between which two
 * moments each of that took effect. It knows nothing of how the budgets are kept. An effect lies
 * somewhere between request and answer, so each check takes the side that is certain: it never
 * accuses wrongly, and overlooks only what the calls that were under way at that moment could explain.
 */

/** A span of time in which something took effect, in milliseconds of one clock. */
export interface Between {
  readonly fromMs: number
  readonly toMs: number
}

/** One call, by the time that everything is over. Amounts are 1e-18 USD. */
export interface LoggedCall {
  /** The budgets that it counts in. */
  readonly levels: readonly string[]
  readonly asked: Between
  readonly isAllowed: boolean
  readonly worst: bigint
  /** Until when the worst case was reserved; absent: it was refused, or asked for no hold. */
  readonly held?: Between
  /** What it cost, and when that was counted; absent: it was never made. */
  readonly spent?: { readonly cost: bigint; readonly counted: Between }
}

export interface Judgement {
  /** What was spent beyond the limit, of each budget. */
  readonly overspend: ReadonlyMap<string, bigint>
  readonly spent: ReadonlyMap<string, bigint>
  /** Moments at which more than a limit was certainly spent or reserved. */
  readonly overTaken: readonly string[]
  /** Refusals of calls that every level certainly had room for. */
  readonly falseRefusals: readonly string[]
}

export function judge(
  calls: readonly LoggedCall[],
  limits: ReadonlyMap<string, bigint>,
): Judgement {
  const spent = new Map<string, bigint>()
  const overspend = new Map<string, bigint>()
  for (const [level, limit] of limits) {
    const sum = sumOf(
      calls.filter((call) => call.levels.includes(level)),
      costOf,
    )
    spent.set(level, sum)
    overspend.set(level, sum > limit ? sum - limit : 0n)
  }
  return {
    spent,
    overspend,
    overTaken: [...limits].flatMap(([level, limit]) => findOverTaken(calls, level, limit)),
    falseRefusals: calls.flatMap((call, index) => {
      const isFalse =
        !call.isAllowed &&
        call.levels.every(
          (level) => mostTaken(calls, level, call.asked) + call.worst <= (limits.get(level) ?? 0n),
        )
      return isFalse ? [`call ${index} of ${call.levels[0]}, asked at ${call.asked.fromMs}`] : []
    }),
  }
}

/**
 * How far spend may pass a limit without holds: the most that calls cost which began within one delay
 * of each other, the delay being the longest between a question and the counting of its call.
 */
export function boundWithoutHolds(calls: readonly LoggedCall[], level: string): bigint {
  const made = calls.flatMap(({ levels, asked, spent }) =>
    spent !== undefined && levels.includes(level) ? [{ asked, ...spent }] : [],
  )
  const delayMs = Math.max(0, ...made.map(({ asked, counted }) => counted.toMs - asked.fromMs))
  const sums = made.map(({ asked }) =>
    sumOf(
      made.filter((other) => {
        const laterMs = other.asked.fromMs - asked.fromMs
        return laterMs >= 0 && laterMs <= delayMs
      }),
      ({ cost }) => cost,
    ),
  )
  return sums.reduce((most, sum) => (sum > most ? sum : most), 0n)
}

function costOf({ spent }: LoggedCall): bigint {
  return spent?.cost ?? 0n
}

/**
 * The most that can have been spent or reserved by others at any moment of a question: all that was
 * asked for before its end, at its worst unless that was certainly over before it began.
 */
function mostTaken(calls: readonly LoggedCall[], level: string, during: Between): bigint {
  return sumOf(calls, ({ levels, asked, isAllowed, worst, held, spent }) => {
    if (!isAllowed || asked === during || !levels.includes(level)) return 0n
    if (asked.fromMs > during.toMs) return 0n
    const isHeld = held !== undefined && held.toMs >= during.fromMs
    const cost = spent !== undefined && spent.counted.fromMs <= during.toMs ? spent.cost : 0n
    return isHeld && worst > cost ? worst : cost
  })
}

/** The least that was taken at the end of each answer, the only moments at which it grows. */
function findOverTaken(calls: readonly LoggedCall[], level: string, limit: bigint): string[] {
  const mine = calls.filter(({ levels, isAllowed }) => isAllowed && levels.includes(level))
  return mine.flatMap(({ asked: { toMs: atMs }, held: own }) => {
    if (own === undefined) return []
    const least = sumOf(mine, ({ asked, worst, held, spent }) => {
      const isHeld = held !== undefined && asked.toMs <= atMs && atMs < held.fromMs
      const isSpent = spent !== undefined && spent.counted.toMs <= atMs
      return isHeld ? worst : isSpent ? spent.cost : 0n
    })
    return least > limit ? [`${level} at ${atMs}: ${least} of ${limit}`] : []
  })
}

function sumOf<Item>(items: readonly Item[], amount: (item: Item) => bigint): bigint {
  return items.reduce((sum, item) => sum + amount(item), 0n)
}
