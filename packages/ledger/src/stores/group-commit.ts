/**
 * Group commit: calls that are made in the same turn of the event loop share one commit, because a
 * commit costs a disk flush whatever is in it. A call is never split over two commits.
 */
export interface GroupCommit<Item, Answer> {
  /** Resolves with one answer per item, in their order, once they are committed. */
  readonly add: (items: readonly Item[]) => Promise<readonly Answer[]>
  /** Commits now what is waiting. */
  readonly flush: () => void
}

interface Call<Item, Answer> {
  readonly items: readonly Item[]
  readonly resolve: (answers: readonly Answer[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * `commit` answers each item in order, or throws when nothing was written; then every call that
 * shared it rejects. At most `maxItems` wait (or one call, if it is larger): more commit at once.
 */
export function createGroupCommit<Item, Answer>(
  commit: (items: readonly Item[]) => readonly Answer[],
  maxItems: number,
): GroupCommit<Item, Answer> {
  let waiting: Call<Item, Answer>[] = []
  let waitingItems = 0
  let scheduled: NodeJS.Immediate | undefined

  function flush(): void {
    clearImmediate(scheduled)
    scheduled = undefined
    const calls = waiting
    waiting = []
    waitingItems = 0
    if (calls.length > 0) commitCalls(calls)
  }

  function commitCalls(calls: readonly Call<Item, Answer>[]): void {
    let answers: readonly Answer[]
    try {
      answers = commit(calls.flatMap(({ items }) => items))
    } catch (error) {
      for (const call of calls) call.reject(error)
      return
    }
    let start = 0
    for (const { items, resolve } of calls) {
      resolve(answers.slice(start, start + items.length))
      start += items.length
    }
  }

  function add(items: readonly Item[]): Promise<readonly Answer[]> {
    if (waitingItems + items.length > maxItems) flush()
    return new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject })
      waitingItems += items.length
      scheduled ??= setImmediate(flush)
    })
  }

  return { add, flush }
}
