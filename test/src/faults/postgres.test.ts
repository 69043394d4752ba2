/** Several processors on one ledger in PostgreSQL, which is restarted, killed and replaced under them. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { makeFolder, stopAfterEach, waitFor } from '../end-to-end/children.ts'
import { startProcessor, type Processor } from '../end-to-end/processor.ts'
import { makeChatSpan } from '../end-to-end/requests.ts'
import { preloadClock } from './clock-env.ts'
import { findDifferences } from './outcome.ts'
import { startPostgresPair } from './postgres-pair.ts'
import { startPostgres } from './postgres.ts'
import { startTraffic, type Traffic } from './traffic.ts'
import { startWitness, type Witness } from './witness.ts'

stopAfterEach()

interface Replicas<Database> {
  readonly postgres: Database
  readonly witness: Witness
  readonly processors: readonly Processor[]
}

/** Processors on one ledger, in the database that is given. */
async function startReplicas<Database extends { readonly url: string }>(
  skip: TestContext['skip'],
  count: number,
  postgres: Database | undefined,
  { ledger, env }: { ledger?: object; env?: Readonly<Record<string, string>> } = {},
): Promise<Replicas<Database>> {
  if (postgres === undefined) return skip('there is no PostgreSQL')
  const witness = await startWitness()
  const processors = await Promise.all(
    Array.from({ length: count }, () =>
      startProcessor({
        forward: { protocol: 'http', endpoint: witness.url },
        config: { ledger: { store: 'postgres', url: postgres.url, ...ledger } },
        ...(env !== undefined && { env }),
      }),
    ),
  )
  return { postgres, witness, processors }
}

async function waitForProgress(traffic: Traffic): Promise<void> {
  const before = traffic.acknowledged()
  const isThere = async () => (traffic.acknowledged() - before >= 64 ? true : undefined)
  await waitFor('progress', isThere, { limitMs: 60_000 })
}

async function waitForRetries(traffic: Traffic): Promise<void> {
  const before = traffic.retries()
  const isThere = async () => (traffic.retries() - before >= 12 ? true : undefined)
  await waitFor('refusals', isThere, { limitMs: 60_000 })
}

/** All but one of the processors are stopped; the last answers for the ledger. */
async function expectTheTruth(
  { processors, witness }: Pick<Replicas<unknown>, 'processors' | 'witness'>,
  traffic: Traffic,
): Promise<void> {
  const truth = await traffic.finish()
  const [last, ...others] = processors
  expect(await Promise.all(others.map((one) => one.stop()))).toEqual(others.map(() => 0))
  expect(await findDifferences(last!, truth, witness)).toEqual([])
}

test('restarted and killed under three processors', async ({ skip }) => {
  const replicas = await startReplicas(skip, 3, await startPostgres())
  const { postgres, processors } = replicas
  let turn = 0
  // As behind a load balancer: a batch that failed goes to another processor.
  const traffic = startTraffic(() => [processors[turn++ % processors.length]!])
  for (const signal of ['SIGINT', 'SIGKILL', 'SIGKILL'] as const) {
    await waitForProgress(traffic)
    await postgres.restart(signal)
  }
  await waitForProgress(traffic)
  expect(traffic.retries()).toBeGreaterThan(0)
  await expectTheTruth(replicas, traffic)
})

test('killed under three processors, and its standby takes its place', async ({ skip }) => {
  const replicas = await startReplicas(skip, 3, await startPostgresPair('synchronous'))
  const { postgres, processors } = replicas
  let turn = 0
  const traffic = startTraffic(() => [processors[turn++ % processors.length]!])
  await waitForProgress(traffic)
  await postgres.killPrimary()
  await waitForRetries(traffic)
  // A standby that is not promoted yet refuses to write.
  postgres.turnToStandby()
  await waitForRetries(traffic)
  postgres.promoteStandby()
  await waitForProgress(traffic)
  await expectTheTruth(replicas, traffic)
})

test('a standby that did not have all of it: that is lost, and what is there is sound', async ({
  skip,
}) => {
  const replicas = await startReplicas(skip, 2, await startPostgresPair('asynchronous'))
  const { postgres, processors, witness } = replicas
  let turn = 0
  const traffic = startTraffic(() => [processors[turn++ % processors.length]!])
  await waitForProgress(traffic)
  postgres.stopStreaming()
  await waitForProgress(traffic)
  await postgres.killPrimary()
  postgres.turnToStandby()
  postgres.promoteStandby()
  await waitForProgress(traffic)
  const truth = await traffic.finish()
  await processors[1]!.stop()
  const differences = await findDifferences(processors[0]!, truth, witness)
  // The count and the sum; nothing else.
  expect(differences).toEqual([
    expect.stringMatching(`^\\d+ operations of ${truth.operations}$`),
    expect.stringMatching(`^spend .+ of ${truth.cost}$`),
  ])
})

test('two processors are given each batch at once', async ({ skip }) => {
  const replicas = await startReplicas(skip, 2, await startPostgres())
  const traffic = startTraffic(() => replicas.processors)
  await waitForProgress(traffic)
  await sleep(500)
  const truth = await traffic.finish()
  // Both forwarded every span.
  expect(replicas.witness.countRepeated()).toBeGreaterThanOrEqual(truth.spans)
  await expectTheTruth(replicas, { ...traffic, finish: () => Promise.resolve(truth) })
})

const DAY_MS = 86_400_000

/** Until the ledger has so many entries of the trace of this number. */
async function waitForEntries({ apiUrl }: Processor, id: number, count: number): Promise<void> {
  const { traceId } = makeChatSpan(id, { model: '', input: 0, output: 0 })
  await waitFor(`${count} entries of trace ${id}`, async () => {
    const answer = await fetch(`${apiUrl}/api/v1/entries?traceId=${traceId}`)
    const { entries } = (await answer.json()) as { entries: unknown[] }
    return entries.length === count ? true : undefined
  })
}

test('three processors drop what is old, at once and under traffic', async ({ skip }) => {
  const clock = path.join(await makeFolder(), 'clock')
  await writeFile(clock, String(-4 * DAY_MS))
  const replicas = await startReplicas(skip, 3, await startPostgres(), {
    ledger: { retention: { entries: '2d' } },
    env: preloadClock(clock),
  })
  let processors = replicas.processors
  let turn = 0
  const traffic = startTraffic(() => [processors[turn++ % processors.length]!])
  await waitForProgress(traffic)
  // Four days later they start again, which is when they look for what is old.
  await Promise.all(processors.map((one) => one.stop()))
  await writeFile(clock, '0')
  processors = await Promise.all(processors.map((one) => one.restart()))
  await waitForProgress(traffic)
  await waitForEntries(processors[0]!, 1, 0)
  await waitForProgress(traffic)
  await waitForEntries(processors[0]!, traffic.acknowledged(), 1)
  await expectTheTruth({ ...replicas, processors }, traffic)
})
