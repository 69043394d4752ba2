import { findEntryFault, findRelativeFault } from '../check-entry.ts'
import type { Entry, Relative } from '../entry.ts'
import type { Recorded, Store } from '../store.ts'
import { createGroupCommit } from './group-commit.ts'

/** Bounds the length of a transaction, and of packing one on the caller's event loop. */
const MAX_ITEMS_PER_COMMIT = 1_024

interface Call {
  readonly entries: readonly Entry[]
  readonly relatives: readonly Relative[]
}

export interface Recorder {
  record(entries: readonly Entry[], relatives: readonly Relative[]): ReturnType<Store['record']>
  drain(): Promise<void>
}

/**
 * Checks what is to be recorded, and lets calls share commits. `commit` answers each entry in order.
 * @throws RangeError from `record` for what the ledger refuses; nothing of that call is written.
 */
export function createRecorder(
  name: string,
  commit: (
    entries: readonly Entry[],
    relatives: readonly Relative[],
  ) => Promise<readonly Recorded[]>,
  maxCommits: number,
): Recorder {
  const { add, drain } = createGroupCommit(
    commitCalls,
    MAX_ITEMS_PER_COMMIT,
    maxCommits,
    ({ entries, relatives }: Call) => entries.length + relatives.length,
  )

  async function commitCalls(calls: readonly Call[]): Promise<readonly (readonly Recorded[])[]> {
    const answers = await commit(
      calls.flatMap(({ entries }) => entries),
      calls.flatMap(({ relatives }) => relatives),
    )
    let end = 0
    return calls.map(({ entries }) => {
      const start = end
      end += entries.length
      return answers.slice(start, end)
    })
  }

  return {
    drain,
    async record(entries, relatives) {
      for (const entry of entries) refuse(name, 'an entry', findEntryFault(entry))
      for (const relative of relatives) refuse(name, 'a span', findRelativeFault(relative))
      if (entries.length + relatives.length === 0) return []
      return add({ entries, relatives })
    },
  }
}

function refuse(name: string, what: string, fault: string | undefined): void {
  if (fault === undefined) return
  throw new RangeError(`the ledger ${name} refuses ${what}: ${fault}`)
}
