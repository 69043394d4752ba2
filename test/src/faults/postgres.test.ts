/** Several processors on one ledger in PostgreSQL, which is restarted and killed under them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, type TestContext } from 'vitest'
import { stopAfterEach, waitFor } from '../end-to-end/children.ts'
import { startProcessor, type Processor } from '../end-to-end/processor.ts'
import { findDifferences } from './outcome.ts'
import { startPostgres, type Postgres } from './postgres.ts'
import { startTraffic, type Traffic } from './traffic.ts'
import { startWitness, type Witness } from './witness.ts'

stopAfterEach()

interface Replicas {
  readonly postgres: Postgres
  readonly witness: Witness
  readonly processors: readonly Processor[]
}

async function startReplicas(skip: TestContext['skip'], count: number): Promise<Replicas> {
  const postgres = await startPostgres()
  if (postgres === undefined) return skip('there is no PostgreSQL')
  const witness = await startWitness()
  const processors = await Promise.all(
    Array.from({ length: count }, () =>
      startProcessor({
        forward: { protocol: 'http', endpoint: witness.url },
        config: { ledger: { store: 'postgres', url: postgres.url } },
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

/** All but one of the processors are stopped; the last answers for the ledger. */
async function expectTheTruth({ processors, witness }: Replicas, traffic: Traffic): Promise<void> {
  const truth = await traffic.finish()
  const [last, ...others] = processors
  expect(await Promise.all(others.map((one) => one.stop()))).toEqual(others.map(() => 0))
  expect(await findDifferences(last!, truth, witness)).toEqual([])
}

test('restarted and killed under three processors', async ({ skip }) => {
  const replicas = await startReplicas(skip, 3)
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

test('two processors are given each batch at once', async ({ skip }) => {
  const replicas = await startReplicas(skip, 2)
  const traffic = startTraffic(() => replicas.processors)
  await waitForProgress(traffic)
  await sleep(500)
  const truth = await traffic.finish()
  // Both forwarded every span.
  expect(replicas.witness.countRepeated()).toBeGreaterThanOrEqual(truth.spans)
  await expectTheTruth(replicas, { ...traffic, finish: () => Promise.resolve(truth) })
})
