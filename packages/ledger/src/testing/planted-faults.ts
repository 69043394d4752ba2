import type { Store } from '../store.ts'
import { createSampleEntry, type SampleFields } from './sample-entries.ts'

/**
 * A call that had no price and has one of 25e-18 USD, which two corrections say, and an agent that is
 * held and has another price, which one says that adds nothing.
 */
export async function recordRepricings(store: Store): Promise<void> {
  const call: SampleFields = { span: 1 }
  const operation = { role: 'container', name: 'invoke_agent', usage: { inputTokens: 3 } } as const
  const agent: SampleFields = { span: 2, operation, lines: [['input', 3, 7n]] }
  await store.record([
    createSampleEntry({ ...call, status: 'unpriced', reason: 'unknown_model' }),
    createSampleEntry(agent),
  ])
  const later: readonly SampleFields[] = [call, { ...agent, lines: [['input', 3, 9n]] }]
  await store.reprice(
    later
      .map(createSampleEntry)
      .map(({ traceId, spanId, rating }) => ({ traceId, spanId, rating })),
  )
}

/** In which tables a fault shows that is planted into such a ledger; SQL for either database. */
export const REPRICING_FAULTS: readonly (readonly [sql: string, tables: readonly string[]])[] = [
  ['UPDATE repricings SET cost_input_nano = 1', ['corrections', 'repricings']],
  ['UPDATE repricings SET cache_saved_atto = 1', ['corrections', 'repricings']],
  [`UPDATE repricings SET rating = replace(rating, '"25"', '"26"')`, ['repricings']],
  [`UPDATE repricings SET rating = '{' WHERE status = 'priced'`, ['repricings']],
  [`UPDATE repricings SET status = 'free'`, ['corrections', 'repricings']],
  ['UPDATE repricings SET recorded_at_unix_ms = 0', ['repricings']],
  ['UPDATE repricings SET sequence = sequence + 100', ['repricings']],
  ['DELETE FROM repricings', ['corrections', 'repricings']],
  // What adds nothing to any sum.
  ['DELETE FROM corrections WHERE operations = 0', ['repricings']],
  ['UPDATE corrections SET hour_nano = hour_nano + 1', ['corrections']],
  [`UPDATE corrections SET standing = 'echo'`, ['corrections']],
]
