import { expect } from 'vitest'
import type { StoredEntry } from '../entry.ts'
import type { Store } from '../store.ts'
import { createSampleEntry, createTraceId } from './sample-entries.ts'

/** Where a test keeps its ledger: opening twice in one test is opening the same ledger again. */
export interface Place {
  readonly open: () => Promise<Store>
}

export const RECORDED = { outcome: 'recorded', standing: 'counted' } as const
export const DUPLICATE = { outcome: 'duplicate', standing: 'counted' } as const
export const HELD = { outcome: 'recorded', standing: 'held' } as const
export const ECHO = { outcome: 'recorded', standing: 'echo' } as const

/**
 * The entries of the trace that samples are in, unless they say otherwise. Their outlines have to say
 * the same of them.
 */
export async function listTrace(store: Store): Promise<readonly StoredEntry[]> {
  const trace = { traceId: createTraceId(1), limit: 10_000 }
  const entries = await store.entries(trace)
  const outlines = await store.outlines(trace)
  expect(outlines).toHaveLength(entries.length)
  for (const [at, { rating, ...outline }] of outlines.entries()) {
    const { costAtto, status } = entries[at]!.rating
    expect(entries[at]).toMatchObject(outline)
    expect([rating.costAtto, rating.status]).toEqual([costAtto, status])
  }
  return entries
}

/** Expects that many operations in the sums. */
export async function expectCounted(store: Store, operations: number): Promise<void> {
  const rows = await store.spend({ by: [] })
  expect(rows.map((row) => row.operations)).toEqual([BigInt(operations)])
}

/** A sighting of 25e-18 USD, and a better one of the same call, which takes its place. */
export async function recordReversal(store: Store): Promise<void> {
  const operation = { provider: 'openai', responseId: 'r', scopeName: 'a' }
  await store.record([createSampleEntry({ span: 1, operation })])
  const lines = [['input', 4, 2n] as const, ['cache_read', 6, 1n] as const]
  await store.record([
    createSampleEntry({ span: 2, operation: { ...operation, scopeName: 'b' }, lines }),
  ])
}
