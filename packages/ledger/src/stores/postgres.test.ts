import { basename } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { describeStore } from '../store.conformance.ts'
import type { Entry } from '../entry.ts'
import { expectModel } from '../store-corrections.conformance.ts'
import type { Settled, Store } from '../store.ts'
import { addUp, pickSums } from '../testing/plain-sums.ts'
import { runSql, startPostgres } from '../testing/postgres-server.ts'
import { createRound } from '../testing/rounds.ts'
import { createSampleEntry, createTraceId } from '../testing/sample-entries.ts'
import { recordReversal } from '../testing/place.ts'
import { REPRICING_FAULTS, recordRepricings } from '../testing/planted-faults.ts'
import { createTrace, traceSketch } from '../testing/trace-model.ts'
import { openPostgresStore } from './postgres.ts'

const server = await startPostgres()

describe.skipIf(server === undefined)('PostgreSQL', () => {
  afterAll(() => server?.stop())
  describeStore('PostgreSQL', async (folder) =>
    openPostgresStore({ url: await getUrl(basename(folder)) }),
  )
  describeSharing()
  describeTogether()
  describeFaults()
})

function getUrl(database: string): Promise<string> {
  return server!.getUrl(database)
}

async function run(database: string, sql: string): Promise<void> {
  await runSql(await getUrl(database), sql)
}

const STORES = 4
const ROUNDS = 12

function describeSharing(): void {
  test('several that are opened at once on a new database agree on one ledger', async () => {
    const url = await getUrl('opened-at-once')
    const stores = await Promise.all(Array.from({ length: 6 }, () => openPostgresStore({ url })))
    expect(new Set(stores.map((store) => store.beganAtUnixMs)).size).toBe(1)
    // Also the first partition is made by all of them at once.
    await Promise.all(stores.map((store, span) => store.record([createSampleEntry({ span })])))
    expect((await stores[0]!.spend({ by: [] }))[0]!.operations).toBe(6n)
    await Promise.all(stores.map((store) => store.close()))
  })

  test('several that are given the same at the same time count it once', async () => {
    const url = await getUrl('same-at-once')
    const stores = await Promise.all(
      Array.from({ length: STORES }, () => openPostgresStore({ url })),
    )
    const rounds = Array.from({ length: ROUNDS }, (_, index) => createRound(index + 1))
    // Each in another order: what is locked in the order of arrival would end in a deadlock.
    const answers = await Promise.all(
      stores.map(async (store, number) => {
        const mine = rounds.map((_, index) => rounds[(index * (2 * number + 1)) % ROUNDS]!)
        const calls = mine.map((round) => [...round.flat(), ...rounds[number]!.flat()].reverse())
        return (await Promise.all(calls.map((entries) => store.record(entries)))).flat()
      }),
    )
    const recorded = answers.flat().filter(({ outcome }) => outcome === 'recorded')
    expect(recorded).toHaveLength(5 * ROUNDS)

    const [store] = stores
    const traces = await Promise.all(
      rounds.map((_, index) => store!.entries({ traceId: createTraceId(index + 1), limit: 100 })),
    )
    // Of five entries, one is a container and one of two with the same response is an echo.
    const counted = traces.flat().filter(({ standing }) => standing === 'counted')
    expect(counted).toHaveLength(3 * ROUNDS)
    expect((await store!.spend({ by: [] })).map(pickSums)).toEqual([addUp(counted)])
    expect(await store!.verify({ limit: 10 })).toEqual([])
    await Promise.all(stores.map((one) => one.close()))
  })
}

const AT_ONCE = { beforeUnixMs: Date.UTC(2100, 0), limit: 5 }

function describeTogether(): void {
  test('two that are given the halves of traces at once agree on what they are', async () => {
    const url = await getUrl('halves-at-once')
    const stores = await Promise.all([openPostgresStore({ url }), openPostgresStore({ url })])
    const sketches = fc.sample(traceSketch, { numRuns: 40, seed: 5 })
    const models = sketches.map((sketch, index) =>
      createTrace(index + 1, sketch, { model: `trace ${index + 1}` }),
    )
    await Promise.all(
      models.flatMap(({ entries, relatives }, index) =>
        stores.map(async (store, half) => {
          const isMine = (_: unknown, place: number) => (place + index) % 2 === half
          await store.record(entries.filter(isMine), relatives.filter(isMine))
          if (index % 8 === 0) await store.settle(AT_ONCE)
        }),
      ),
    )
    const settled = await Promise.all(stores.map(settleAll))
    expect(settled.every(({ isDone }) => isDone)).toBe(true)
    await settleAll(stores[0])
    for (const [index, model] of models.entries()) {
      await expectModel(stores[1], index + 1, model)
    }
    expect(await stores[0].verify({ limit: 10 })).toEqual([])
    await Promise.all(stores.map((store) => store.close()))
  })

  test('many that settle at once count each container once', async () => {
    const url = await getUrl('settled-at-once')
    const stores = await Promise.all(
      Array.from({ length: STORES }, () => openPostgresStore({ url })),
    )
    const agent = { operation: { role: 'container' } } as const
    const agents = Array.from({ length: 30 }, (_, index) =>
      createSampleEntry({ trace: index + 1, ...agent }),
    )
    await stores[0]!.record(agents)
    await Promise.all(stores.map(settleAll))
    await settleAll(stores[0]!)
    expect((await stores[0]!.spend({ by: [] })).map(pickSums)).toEqual([addUp(agents)])
    expect(await stores[0]!.verify({ limit: 10 })).toEqual([])
    await Promise.all(stores.map((store) => store.close()))
  })
}

async function settleAll(store: Store): Promise<Settled> {
  for (;;) {
    const settled = await store.settle(AT_ONCE)
    if (settled.isDone) return settled
  }
}

function describeFaults(): void {
  test.each([
    ['a correction', 'UPDATE spancost.corrections SET cost_input_atto = cost_input_atto - 1'],
    ['reversals', 'UPDATE spancost.reversals SET operations = 5'],
  ])('a planted fault in %s is found', async (what, sql) => {
    const database = `fault-in-${what.replace(' ', '-')}`
    const store = await openPostgresStore({ url: await getUrl(database) })
    await recordReversal(store)
    expect(await store.verify({ limit: 10 })).toEqual([])
    await run(database, sql)
    const tables = (await store.verify({ limit: 10 })).map(({ table }) => table)
    expect(tables).toEqual(
      what === 'reversals' ? ['reversals'] : ['hourly', 'reversals', 'corrections'],
    )
    await store.close()
  })

  test.each(REPRICING_FAULTS.map(([sql, shown], at) => ({ sql, shown, at })))(
    'a re-pricing that was tampered with is found: $sql',
    async ({ sql, shown, at }) => {
      const database = `repricing-fault-${at}`
      const store = await openPostgresStore({ url: await getUrl(database) })
      await recordRepricings(store)
      expect(await store.verify({ limit: 10 })).toEqual([])
      await run(database, `SET search_path = spancost; ${sql}`)
      const tables = (await store.verify({ limit: 10 })).map(({ table }) => table)
      expect([...new Set(tables)]).toEqual(shown)
      await store.close()
    },
  )

  test.each([
    ['hourly', 'UPDATE spancost.hourly SET cost_input_atto = cost_input_atto + 1'],
    ['buckets', 'UPDATE spancost.totals SET cost_bucket_8 = cost_bucket_8 + 1'],
    ['totals', "DELETE FROM spancost.totals WHERE error_type = 'a\\u0000'"],
  ])('a planted fault in %s is found', async (table, sql) => {
    const store = await openPostgresStore({ url: await getUrl(`fault-${table}`) })
    await store.record([createSampleEntry({ operation: { errorType: 'a\u0000' } })])
    expect(await store.verify({ limit: 10 })).toEqual([])
    await run(`fault-${table}`, sql)
    const faults = await store.verify({ limit: 10 })
    expect(
      faults.map((fault) => [fault.table, 'entries' in fault && fault.entries?.costAtto]),
    ).toEqual([[table === 'buckets' ? 'totals' : table, 25n]])
    if (table === 'totals') expect(faults[0]).toMatchObject({ errorType: 'a\u0000' })
    await store.close()
  })

  test('a sum that would pass 64 bits fails aloud, and nothing is written', async () => {
    const url = await getUrl('overflow')
    const store = await openPostgresStore({ url })
    await store.record([createEntryOf(1, 1n)])
    await run('overflow', 'UPDATE spancost.totals SET cost_input_nano = 9223372036854775807')
    await expect(store.record([createEntryOf(2, 1n)])).rejects.toThrow(
      'cannot write to the ledger postgres://localhost/overflow: bigint out of range',
    )
    expect(await store.entries({ traceId: createTraceId(1), limit: 10 })).toHaveLength(1)
    expect((await store.spend({ by: [] }))[0]!.operations).toBe(1n)
    await store.close()
  })

  test('a ledger of a newer spancost, and a database that is not there, are refused', async () => {
    const url = await getUrl('newer')
    await (await openPostgresStore({ url })).close()
    await run('newer', 'INSERT INTO spancost.migrations VALUES (1000)')
    await expect(openPostgresStore({ url })).rejects.toThrow(
      'cannot open the ledger postgres://localhost/newer: it has schema version 1000',
    )
    await expect(openPostgresStore({ url: url.replace('newer', 'none') })).rejects.toThrow(
      'cannot open the ledger postgres://localhost/none: database "none" does not exist',
    )
  })

  test('connections that the server ends are replaced', async () => {
    const store = await openPostgresStore({ url: await getUrl('ended') })
    await store.record([createEntryOf(1, 1n)])
    await run(
      'ended',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'spancost' AND datname = 'ended'`,
    )
    // The first call may still meet a dead connection; then it says so, and a retry is right.
    const again = () => store.record([createEntryOf(1, 1n), createEntryOf(2, 1n)])
    await again().catch(again)
    expect((await store.spend({ by: [] }))[0]!.operations).toBe(2n)
    await store.close()
  })
}

function createEntryOf(span: number, costNano: bigint): Entry {
  return createSampleEntry({ span, lines: [['input', 1, costNano * 10n ** 9n]] })
}
