import type { Entry, Recorded } from '@spancost/ledger'
import { expect, test } from 'vitest'
import { createEntry } from '../testing/api.ts'
import { createExemplars, type Exemplars } from './exemplars.ts'

const COUNTED: Recorded = { outcome: 'recorded', standing: 'counted' }

function offer(
  { offer: take }: Exemplars,
  entries: readonly Entry[],
  recorded: readonly Recorded[] = entries.map(() => COUNTED),
): void {
  const attributes = entries.map(({ labels }) => ({ model: labels['model'] ?? '' }))
  take(entries, recorded, attributes)
}

test('only what counts, costs and is new is taken', () => {
  const exemplars = createExemplars()
  const labels = { model: 'm' }
  const { rating, operation } = createEntry({})
  const offered: [changes: Parameters<typeof createEntry>[0], recorded: Recorded][] = [
    [{}, { outcome: 'duplicate', standing: 'counted' }],
    [{}, { outcome: 'recorded', standing: 'echo' }],
    [{}, { outcome: 'recorded', standing: 'held' }],
    [{ rating: { status: 'unpriced', book: 'b', lines: [] } }, COUNTED],
    [{ operation: { ...operation, role: 'free' }, rating: { ...rating, status: 'free' } }, COUNTED],
  ]
  for (const [changes, recorded] of offered) {
    offer(exemplars, [createEntry({ labels, ...changes })], [recorded])
  }
  expect(exemplars.find({ model: 'm' })).toBeUndefined()
  offer(exemplars, [createEntry({ labels })])
  expect(exemplars.find({ model: 'm' })?.[8]).toMatchObject({ spanId: '00f067aa0ba902b1' })
})

test('no more than 2000 sets are kept, the latest', () => {
  const exemplars = createExemplars()
  const entries = Array.from({ length: 2001 }, (_, index) =>
    createEntry({ labels: { model: `m${index}` } }),
  )
  offer(exemplars, entries)
  expect(exemplars.find({ model: 'm0' })).toBeUndefined()
  expect(exemplars.find({ model: 'm1' })).toBeDefined()
  expect(exemplars.find({ model: 'm2000' })).toBeDefined()
})
