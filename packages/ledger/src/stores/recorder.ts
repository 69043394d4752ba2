import { findEntryFault, findRelativeFault } from '../check-entry.ts'
import type { Entry, Relative } from '../entry.ts'
import type { Recorded, Store } from '../store.ts'
import { createGroupCommit } from './group-commit.ts'

/** Bounds the length of a transaction, and of packing one on the caller's event loop. */
const MAX_ITEMS_PER_COMMIT = 1_024

/** What a commit is made of; what is answered for relatives is of no matter. */
type Item =
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'relative'; readonly relative: Relative }

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
  const { add, drain } = createGroupCommit(commitItems, MAX_ITEMS_PER_COMMIT, maxCommits)

  async function commitItems(items: readonly Item[]): Promise<readonly (Recorded | undefined)[]> {
    const entries = items.flatMap((item) => (item.kind === 'entry' ? [item.entry] : []))
    const relatives = items.flatMap((item) => (item.kind === 'relative' ? [item.relative] : []))
    const answers = (await commit(entries, relatives)).values()
    return items.map((item) => (item.kind === 'entry' ? answers.next().value : undefined))
  }

  return {
    drain,
    async record(entries, relatives) {
      for (const entry of entries) refuse(name, 'an entry', findEntryFault(entry))
      for (const relative of relatives) refuse(name, 'a span', findRelativeFault(relative))
      if (entries.length + relatives.length === 0) return []
      const answers = await add([
        ...entries.map((entry): Item => ({ kind: 'entry', entry })),
        ...relatives.map((relative): Item => ({ kind: 'relative', relative })),
      ])
      return answers.filter((answer) => answer !== undefined)
    },
  }
}

function refuse(name: string, what: string, fault: string | undefined): void {
  if (fault === undefined) return
  throw new RangeError(`the ledger ${name} refuses ${what}: ${fault}`)
}
