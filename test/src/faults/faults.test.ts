/**
 * What goes wrong around a processor, under traffic by senders that try again. Each fault ends with
 * a ledger that is the truth to the last digit, sums that its entries add up to, and a next hop
 * that had every span. `npm run faults` is the long form of the first.
 */
import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { makeFolder, onStop, stopAfterEach, waitFor } from '../end-to-end/children.ts'
import { startProcessor, type Processor } from '../end-to-end/processor.ts'
import { makeChatSpan } from '../end-to-end/requests.ts'
import { preloadClock } from './clock-env.ts'
import { runKills } from './kill-run.ts'
import { findDifferences } from './outcome.ts'
import { startTraffic, type Traffic } from './traffic.ts'
import { startWitness, type Witness } from './witness.ts'

stopAfterEach()

const run = promisify(execFile)

/** Until so many more spans are acknowledged. */
async function waitForProgress(traffic: Traffic, spans = 64): Promise<void> {
  const before = traffic.acknowledged()
  const isThere = async () => (traffic.acknowledged() - before >= spans ? true : undefined)
  await waitFor('progress', isThere, { limitMs: 60_000 })
}

/** Until so many more sends were refused. */
async function waitForRetries(traffic: Traffic, count = 6): Promise<void> {
  const before = traffic.retries()
  const isThere = async () => (traffic.retries() - before >= count ? true : undefined)
  await waitFor('refusals', isThere, { limitMs: 60_000 })
}

async function expectTheTruth(
  processor: Processor,
  traffic: Traffic,
  witness: Witness,
): Promise<void> {
  const truth = await traffic.finish()
  expect(truth.operations).toBeGreaterThan(0)
  expect(await findDifferences(processor, truth, witness)).toEqual([])
}

test('ten times kill -9', { timeout: 240_000 }, async () => {
  const { operations, differences } = await runKills(10, 7)
  expect(differences).toEqual([])
  expect(operations).toBeGreaterThan(0)
})

test('a next hop that refuses, hangs and resets', async () => {
  const witness = await startWitness()
  const processor = await startProcessor({
    forward: { protocol: 'http', endpoint: witness.url, timeout: '300ms' },
  })
  const traffic = startTraffic(() => [processor])
  for (const mood of ['refuse', 'hang', 'reset'] as const) {
    await waitForProgress(traffic)
    witness.setMood(mood)
    await waitForRetries(traffic)
    witness.setMood('accept')
  }
  await waitForProgress(traffic)
  await expectTheTruth(processor, traffic, witness)
})

test('a ledger file that may not grow, as on a full disk', async () => {
  const witness = await startWitness()
  const processor = await startProcessor({ forward: { protocol: 'http', endpoint: witness.url } })
  const traffic = startTraffic(() => [processor])
  await waitForProgress(traffic)
  const limit = async (bytes: number | 'unlimited'): Promise<void> => {
    await run('prlimit', ['--pid', String(processor.pid), `--fsize=${bytes}:unlimited`])
  }
  const folder = path.dirname(processor.ledger)
  const largest = Math.max(
    ...readdirSync(folder).map((name) => statSync(path.join(folder, name)).size),
  )
  await limit(largest + 4096)
  await waitForRetries(traffic, 12)
  await limit('unlimited')
  await waitForProgress(traffic)
  await expectTheTruth(processor, traffic, witness)
})

test('a disk that is full', async ({ skip }) => {
  const folder = path.join(await makeFolder(), 'disk')
  await mkdir(folder)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder])
  } catch (error) {
    const reason = `no small disk can be mounted here: ${(error as Error).message.trim()}`
    console.warn(`skipped: ${reason}`)
    return skip(reason)
  }
  onStop(() => run('umount', ['-l', folder]))
  const witness = await startWitness()
  const processor = await startProcessor({
    forward: { protocol: 'http', endpoint: witness.url },
    config: { ledger: { path: path.join(folder, 'ledger.db') } },
  })
  const traffic = startTraffic(() => [processor])
  await waitForProgress(traffic)
  const filler = path.join(folder, 'filler')
  // Until the last byte is taken.
  await writeFile(filler, Buffer.alloc(4 * 1024 * 1024)).catch(() => {})
  await waitForRetries(traffic, 12)
  await rm(filler)
  await waitForProgress(traffic)
  await expectTheTruth(processor, traffic, witness)
  return undefined
})

const DAY_MS = 86_400_000

/** When the span of this number was written down, in Unix milliseconds. */
async function readRecordedAt({ apiUrl }: Processor, id: number): Promise<number> {
  const { traceId } = makeChatSpan(id, { model: '', input: 0, output: 0 })
  return waitFor(`entry ${id}`, async () => {
    const answer = await fetch(`${apiUrl}/api/v1/entries?traceId=${traceId}`)
    const { entries } = (await answer.json()) as { entries: { recordedAt: string }[] }
    return entries[0] && Date.parse(entries[0].recordedAt)
  })
}

test('a clock that steps back by a day, and forward again', async () => {
  const clock = path.join(await makeFolder(), 'clock')
  await writeFile(clock, '0')
  const witness = await startWitness()
  const processor = await startProcessor({
    forward: { protocol: 'http', endpoint: witness.url },
    env: preloadClock(clock),
  })
  const traffic = startTraffic(() => [processor])
  for (const offsetMs of [-3_600_000, -DAY_MS, DAY_MS, 0]) {
    await waitForProgress(traffic)
    await writeFile(clock, String(offsetMs))
  }
  await waitForProgress(traffic)
  // And the ledger goes by this clock. More spans than can have been on their way:
  await writeFile(clock, String(-100 * DAY_MS))
  await waitForProgress(traffic, 200)
  const ageMs = Date.now() - (await readRecordedAt(processor, traffic.acknowledged()))
  expect(Math.round(ageMs / DAY_MS)).toBe(100)
  await expectTheTruth(processor, traffic, witness)
})
