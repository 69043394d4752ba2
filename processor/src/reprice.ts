import { isSameRating, type Repricing, type Store, type StoredEntry } from '@spancost/ledger'
import type { CostStatus } from '@spancost/pricing'
import { rateAgain } from './entries.ts'
import type { Books } from './open-book.ts'

/** Which entries are to be priced again; what is absent does not matter. */
export interface RepriceQuery {
  readonly bounds: { readonly fromUnixMs?: number; readonly toUnixMs?: number }
  readonly labels: Readonly<Partial<Record<'provider' | 'model' | 'tenant', string>>>
}

/** What became of the entries of one provider and model. Costs are of spend only, in 1e-18 USD. */
export interface ModelChange {
  readonly provider: string | undefined
  readonly model: string | undefined
  /** How many are spend. */
  operations: number
  /** How many of all come out otherwise, be they spend or not. */
  changed: number
  oldAtto: bigint
  newAtto: bigint
  /** Of spend: how many had no price at all, and how many have none now. */
  oldUnpriced: number
  newUnpriced: number
  /** Of spend: how many went from one status to another, such as `unpriced to priced`. */
  readonly statuses: Map<string, number>
}

export interface Repriced {
  /** The largest difference first. */
  readonly models: readonly ModelChange[]
  /** How many were not rated anew, because the ledger would refuse the outcome. */
  readonly refused: number
  /** How many correcting entries were written. */
  readonly written: number
}

/** So many are read, rated and written in one step. */
const PAGE = 1_000

/**
 * What the entries of a range cost by these books. With `applies`, correcting entries are written,
 * page by page: interrupted, the rest is done by the next run, and a run that changes nothing is the
 * proof that all is done.
 */
export async function repriceEntries(
  store: Store,
  books: Books,
  query: RepriceQuery,
  applies: boolean,
): Promise<Repriced> {
  const models = new Map<string, ModelChange>()
  let [written, refused] = [0, 0]
  for await (const page of listPages(store, query.bounds)) {
    const repricings: Repricing[] = []
    for (const entry of page) {
      if (!isAsked(entry, query.labels)) continue
      const rating = rateAgain(entry, books)
      if (rating === undefined) refused += 1
      const { traceId, spanId } = entry
      if (rating !== undefined) repricings.push({ traceId, spanId, rating })
      addChange(models, entry, rating ?? entry.rating)
    }
    if (applies) written += await store.reprice(repricings)
  }
  const sorted = [...models.values()].sort((a, b) => compare(differenceOf(b), differenceOf(a)))
  return { models: sorted, refused, written }
}

async function* listPages(store: Store, bounds: RepriceQuery['bounds']) {
  let after: StoredEntry | undefined
  for (;;) {
    const page = await store.entriesBetween({
      ...bounds,
      ...(after !== undefined && { after }),
      limit: PAGE,
    })
    if (page.length > 0) yield page
    if (page.length < PAGE) return
    after = page.at(-1)
  }
}

function isAsked(entry: StoredEntry, asked: RepriceQuery['labels']): boolean {
  return Object.entries(asked).every(([name, value]) => (entry.labels[name] ?? '') === value)
}

function addChange(
  models: Map<string, ModelChange>,
  { labels, standing, rating: before }: StoredEntry,
  after: StoredEntry['rating'],
): void {
  const { provider, model } = labels
  const key = JSON.stringify([provider, model])
  const change = models.get(key) ?? createChange(provider, model)
  models.set(key, change)
  if (!isSameRating(before, after)) change.changed += 1
  if (standing !== 'counted') return
  change.operations += 1
  change.oldAtto += before.costAtto ?? 0n
  change.newAtto += after.costAtto ?? 0n
  if (before.status === 'unpriced') change.oldUnpriced += 1
  if (after.status === 'unpriced') change.newUnpriced += 1
  if (before.status !== after.status) addStatus(change.statuses, before.status, after.status)
}

function createChange(provider: string | undefined, model: string | undefined): ModelChange {
  return {
    provider,
    model,
    operations: 0,
    changed: 0,
    oldAtto: 0n,
    newAtto: 0n,
    oldUnpriced: 0,
    newUnpriced: 0,
    statuses: new Map(),
  }
}

function addStatus(statuses: Map<string, number>, before: CostStatus, after: CostStatus): void {
  const name = `${before} to ${after}`
  statuses.set(name, (statuses.get(name) ?? 0) + 1)
}

function differenceOf({ oldAtto, newAtto }: ModelChange): bigint {
  return newAtto > oldAtto ? newAtto - oldAtto : oldAtto - newAtto
}

function compare(one: bigint, other: bigint): number {
  return Number(one > other) - Number(one < other)
}
