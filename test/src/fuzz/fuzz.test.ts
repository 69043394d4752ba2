/**
 * Half a minute of `npm run fuzz`, with a seed of its own each day: what it finds can be made again
 * from the seed and the number in its message.
 */
import { expect, test } from 'vitest'
import { stopAfterEach } from '../end-to-end/children.ts'
import { createProber } from './check-processor.ts'
import { fuzzCodec, fuzzProcessor } from './run.ts'
import { checkTarget, startBackend, startTarget } from './target.ts'

stopAfterEach()

const DAY_MS = 86_400_000
const seed = Math.floor(Date.now() / DAY_MS)

/** For each of the two; they run one after the other. */
const SHARE_MS = 15_000

function shareOf(from: number) {
  return { seed, from, count: Infinity, untilMs: performance.now() + SHARE_MS }
}

test('what reads OTLP is not led astray by spoiled requests', () => {
  const { count, failures } = fuzzCodec(shareOf(0))
  expect(failures).toEqual([])
  expect(count).toBeGreaterThan(0)
})

test('nor is the processor, over its sockets', async () => {
  const target = await startTarget(await startBackend())
  const prober = createProber(target.httpUrl, target.grpcAddress)
  const { count, failures } = await fuzzProcessor(shareOf(0), prober)
  prober.close()
  expect(failures).toEqual([])
  expect(count).toBeGreaterThan(0)
  expect(await checkTarget(target)).toBe('')
})
