/**
 * Group commit: calls that are made in the same turn of the event loop share one commit, and so do
 * those that arrive while earlier commits are on their way, because a commit costs a disk flush and
 * a trip to another thread or machine whatever is in it. There is no timer: a call that is alone
 * does not wait. A call is never split over two commits.
 */
export interface GroupCommit<Item, Answer> {
  /** Resolves with one answer per item, in their order, once they are committed. */
  readonly add: (items: readonly Item[]) => Promise<readonly Answer[]>
  /** Resolves when everything that was added is committed or refused. */
  readonly drain: () => Promise<void>
}

interface Call<Item, Answer> {
  readonly items: readonly Item[]
  readonly resolve: (answers: readonly Answer[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * `commit` answers each item in order, or rejects when nothing was written; then every call that
 * shared it rejects. A commit has at most `maxItems`, or one call that is larger. At most
 * `maxCommits` are under way at a time, and they are begun in the order of the calls.
 */
export function createGroupCommit<Item, Answer>(
  commit: (items: readonly Item[]) => Promise<readonly Answer[]>,
  maxItems: number,
  maxCommits: number,
): GroupCommit<Item, Answer> {
  const waiting: Call<Item, Answer>[] = []
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

  function takeCalls(): Call<Item, Answer>[] {
    let items = waiting[0]!.items.length
    let count = 1
    for (; count < waiting.length; count += 1) {
      items += waiting[count]!.items.length
      if (items > maxItems) break
    }
    return waiting.splice(0, count)
  }

  async function commitCalls(calls: readonly Call<Item, Answer>[]): Promise<void> {
    commits += 1
    try {
      const answers = await commit(calls.flatMap(({ items }) => items))
      let start = 0
      for (const { items, resolve } of calls) {
        resolve(answers.slice(start, start + items.length))
        start += items.length
      }
    } catch (error) {
      for (const call of calls) call.reject(error)
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
    add: (items) =>
      new Promise((resolve, reject) => {
        waiting.push({ items, resolve, reject })
        schedule()
      }),
    drain() {
      schedule()
      return idle.promise
    },
  }
}
