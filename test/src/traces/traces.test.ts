/**
 * Sums on ancestors, and the API of a trace, for random traces through a real processor. What they
 * should be comes from how each trace was made. `npm run traces` is the long form.
 */
import { expect, test } from 'vitest'
import { stopAfterEach } from '../end-to-end/children.ts'
import { runTraces } from './run.ts'

stopAfterEach()

test('children before their parents: every ancestor is exact', async () => {
  const { differences, spans } = await runTraces({ traces: 300, seed: 1, order: 'bottom-up' })
  expect(differences).toEqual([])
  expect(spans).toBeGreaterThan(3_000)
})

test('in any order, in several requests, some of them twice: the API is exact', async () => {
  const { differences, spans } = await runTraces({ traces: 300, seed: 2, order: 'any' })
  expect(differences).toEqual([])
  expect(spans).toBeGreaterThan(3_000)
})
