import type { Labels, Recorded } from '@spancost/ledger'
import { expect, test } from 'vitest'
import { createEntry } from '../testing/api.ts'
import { createExemplars } from './exemplars.ts'

const COUNTED: Recorded = { outcome: 'recorded', standing: 'counted' }

function createSample() {
  return createExemplars((labels: Labels) => ({ model: labels['model'] ?? '' }))
}

test('only what counts, costs and is new is taken', () => {
  const exemplars = createSample()
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
    exemplars.offer([createEntry({ labels, ...changes })], [recorded])
  }
  expect(exemplars.find({ model: 'm' })).toBeUndefined()
  exemplars.offer([createEntry({ labels })], [COUNTED])
  expect(exemplars.find({ model: 'm' })?.[8]).toMatchObject({ spanId: '00f067aa0ba902b1' })
})

test('no more than 2000 sets are kept, the latest', () => {
  const exemplars = createSample()
  const entries = Array.from({ length: 2001 }, (_, index) =>
    createEntry({ labels: { model: `m${index}` } }),
  )
  exemplars.offer(
    entries,
    entries.map(() => COUNTED),
  )
  expect(exemplars.find({ model: 'm0' })).toBeUndefined()
  expect(exemplars.find({ model: 'm1' })).toBeDefined()
  expect(exemplars.find({ model: 'm2000' })).toBeDefined()
})
