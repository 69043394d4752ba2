import { createHash } from 'node:crypto'
import type { Store } from '@spancost/ledger'

/** Beyond this many attribute sets, a metric's remainder goes into one point that says so. */
export const MAX_ATTRIBUTE_SETS = 2000

/**
 * Which attribute sets have a point of their own: of each metric the first 2000. They are written
 * down in the ledger before they are shown, so that a set that had a point keeps it, after a restart
 * and on every processor of a shared ledger; otherwise sums would jump between sets.
 */
export interface AttributeSets {
  /** `wanted` are set keys by metric; what is not in the answer belongs to the overflow. */
  admit(
    wanted: ReadonlyMap<string, readonly string[]>,
  ): Promise<ReadonlyMap<string, ReadonlySet<string>>>
}

/** As often as that, other processors may have been faster in a row. */
const MAX_ATTEMPTS = 10

/** Hashes by metric. */
type Admitted = Map<string, Set<string>>

/** `name` must differ where sets mean something else: when other dimensions are configured. */
export function createAttributeSets(store: Store, name: string): AttributeSets {
  let admitted: Admitted = new Map()
  let version = 0

  async function load(): Promise<void> {
    const note = await store.readNote(name)
    version = note?.version ?? 0
    const lists = JSON.parse(note?.text ?? '{}') as Record<string, string[]>
    admitted = new Map(Object.entries(lists).map(([metric, hashes]) => [metric, new Set(hashes)]))
  }

  async function save(grown: Admitted): Promise<boolean> {
    const lists = Object.fromEntries([...grown].map(([metric, hashes]) => [metric, [...hashes]]))
    if (!(await store.writeNote(name, JSON.stringify(lists), version))) return false
    admitted = grown
    version += 1
    return true
  }

  return {
    async admit(wanted) {
      const hashed = hashAll(wanted)
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        const grown = grow(admitted, hashed)
        // Others' sets need not be known as long as ours are: no more than 2000 are ever written.
        if (grown === undefined || (await save(grown))) return pick(hashed, admitted)
        await load()
      }
      throw new Error(`other processors keep changing the note ${name}`)
    },
  }
}

type Hashed = ReadonlyMap<string, readonly { readonly key: string; readonly hash: string }[]>

function hashAll(wanted: ReadonlyMap<string, readonly string[]>): Hashed {
  const hashed = Array.from(wanted, ([metric, keys]) => {
    return [metric, keys.map((key) => ({ key, hash: hashKey(key) }))] as const
  })
  return new Map(hashed)
}

/** `undefined` where there is nothing to add, or no room for it. */
function grow(admitted: Admitted, wanted: Hashed): Admitted | undefined {
  const grown: Admitted = new Map(admitted)
  let hasGrown = false
  for (const [metric, keys] of wanted) {
    const hashes = new Set(admitted.get(metric))
    const before = hashes.size
    for (const { hash } of keys) if (hashes.size < MAX_ATTRIBUTE_SETS) hashes.add(hash)
    if (hashes.size === before) continue
    grown.set(metric, hashes)
    hasGrown = true
  }
  return hasGrown ? grown : undefined
}

function pick(wanted: Hashed, admitted: Admitted): ReadonlyMap<string, ReadonlySet<string>> {
  const picked = Array.from(wanted, ([metric, keys]) => {
    const hashes = admitted.get(metric)
    const known = keys.filter(({ hash }) => hashes?.has(hash))
    return [metric, new Set(known.map(({ key }) => key))] as const
  })
  return new Map(picked)
}

/** 66 bits: that two sets of one metric share them is not to be expected. */
function hashKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url').slice(0, 11)
}
