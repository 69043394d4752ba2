/** The short form of `npm run soak`: a real Collector as the client, each fault once. */
import { expect, test } from 'vitest'
import { stopAfterEach } from '../end-to-end/children.ts'
import { findCollector } from '../end-to-end/collector.ts'
import { runSoak } from './soak.ts'

stopAfterEach()

test(
  'a Collector, its queues and its retries: nothing lost, counted once',
  { timeout: 240_000 },
  async ({ skip }) => {
    const found = await findCollector()
    if ('missing' in found) {
      console.warn(`skipped: ${found.missing}`)
      return skip(found.missing)
    }
    const options = { binary: found.binary, seconds: 24, spansPerSecond: 2000, calmMs: 500 }
    const { differences, operations, faults } = await runSoak(options)
    expect(differences).toEqual([])
    expect(operations).toBeGreaterThan(0)
    expect(Object.values(faults).some((count) => count > 0)).toBe(true)
    return undefined
  },
)
