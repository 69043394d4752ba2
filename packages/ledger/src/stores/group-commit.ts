/**
 * Group commit: calls that are made in the same turn of the event loop share one commit, and so do
 * those that arrive while earlier commits are on their way, because a commit costs a disk flush and
 * a trip to another thread or machine whatever is in it. There is no timer: a call that is alone
 * does not wait. A call is never split over two commits.
 */
export interface GroupCommit<Call, Answer> {
  /** Resolves with the answer to a call, once it is committed. */
  readonly add: (call: Call) => Promise<Answer>
  /** Resolves when everything that was added is committed or refused. */
  readonly drain: () => Promise<void>
}

interface Waiting<Call, Answer> {
  readonly call: Call
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * `commit` answers each call in order, or rejects when nothing was written; then every call that
 * shared it rejects. The sizes of the calls of a commit add up to at most `maxSize`, or it is one call
 * that is larger. At most `maxCommits` are under way at a time, and they are begun in the order of
 * the calls.
 */
export function createGroupCommit<Call, Answer>(
  commit: (calls: readonly Call[]) => Promise<readonly Answer[]>,
  maxSize: number,
  maxCommits: number,
  sizeOf: (call: Call) => number = () => 1,
): GroupCommit<Call, Answer> {
  const waiting: Waiting<Call, Answer>[] = []
  let isScheduled = false
  let commits = 0
  let idle = Promise.withResolvers<void>()

  function startCommits(): void {
    isScheduled = false
    if (waiting.length > 0 && commits < maxCommits) {
      void commitCalls(takeCalls())
      // One a turn: what a commit takes to prepare is on the event loop.
      if (waiting.length > 0) schedule()
    }
    if (waiting.length > 0 || commits > 0) return
    idle.resolve()
    idle = Promise.withResolvers()
  }

  function takeCalls(): Waiting<Call, Answer>[] {
    let size = sizeOf(waiting[0]!.call)
    let count = 1
    for (; count < waiting.length; count += 1) {
      size += sizeOf(waiting[count]!.call)
      if (size > maxSize) break
    }
    return waiting.splice(0, count)
  }

  async function commitCalls(calls: readonly Waiting<Call, Answer>[]): Promise<void> {
    commits += 1
    try {
      const answers = await commit(calls.map(({ call }) => call))
      for (const [at, { resolve }] of calls.entries()) resolve(answers[at]!)
    } catch (error) {
      for (const { reject } of calls) reject(error)
    }
    commits -= 1
    schedule()
  }

  /** The rest of this turn may still add to it. */
  function schedule(): void {
    if (!isScheduled) setImmediate(startCommits)
    isScheduled = true
  }

  return {
    add: (call) =>
      new Promise((resolve, reject) => {
        waiting.push({ call, resolve, reject })
        schedule()
      }),
    drain() {
      schedule()
      return idle.promise
    },
  }
}
