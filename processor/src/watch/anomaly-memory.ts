import { findNewModels } from '@spancost/budget'
import type { Store } from '@spancost/ledger'
import type { OperationCosts } from './operation-costs.ts'
import { HOUR_MS } from './usual.ts'

/** What is remembered of spend over restarts, in a note of the ledger. */
interface Memory {
  /** When each model was first seen; 0: before anybody looked. */
  readonly models: Readonly<Record<string, number>>
  /** What 95 of 100 operations cost at most, by feed. */
  readonly p95s: Readonly<Record<string, string>>
}

const NOTE = 'anomaly-memory'

/** Further models are never new. */
const MOST_MODELS = 10_000

/** Brings what is remembered up to date; answers with the models that are new since an hour. */
export async function updateMemory(
  store: Store,
  costs: Pick<OperationCosts, 'remember' | 'restore'>,
  nowUnixMs: number,
): Promise<readonly string[]> {
  const note = await store.readNote(NOTE)
  const memory = note === undefined ? undefined : (JSON.parse(note.text) as Memory)
  if (memory !== undefined) costs.restore(memory.p95s)
  const models = await readModels(store, memory?.models, nowUnixMs)
  const text = JSON.stringify({ models, p95s: { ...memory?.p95s, ...costs.remember() } })
  if (text !== note?.text) await store.writeNote(NOTE, text, note?.version ?? 0)
  return Object.entries(models).flatMap(([model, firstUnixMs]) =>
    nowUnixMs - firstUnixMs < HOUR_MS ? [model] : [],
  )
}

/** Of the hour under way and the one before; the first look takes all that there ever was for known. */
async function readModels(
  store: Store,
  seen: Memory['models'] | undefined,
  nowUnixMs: number,
): Promise<Memory['models']> {
  const hour = Math.floor(nowUnixMs / HOUR_MS) * HOUR_MS
  const range = seen === undefined ? {} : { fromUnixMs: hour - HOUR_MS }
  const rows = await store.spend({ by: ['model'], ...range })
  const called = rows.flatMap(({ labels: { model } }) => (model === undefined ? [] : [model]))
  const known = Object.keys(seen ?? {})
  const fresh = findNewModels(new Set(known), called).flatMap((found) =>
    found.kind === 'new_model' ? [[found.model, nowUnixMs] as const] : [],
  )
  const first = known.length === 0 ? called.map((model) => [model, 0] as const) : []
  const all = [...Object.entries(seen ?? {}), ...first, ...fresh]
  return Object.fromEntries(all.slice(0, MOST_MODELS))
}
