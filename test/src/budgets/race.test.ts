/** A thousand calls each; `npm run race -- --calls 10000` is the long form. */
import { expect, test, type TestContext } from 'vitest'
import { stopAfterEach } from '../end-to-end/children.ts'
import { startPostgres } from '../faults/postgres.ts'
import { runRace, type Race } from './race.ts'

stopAfterEach()

function expectFair(race: Race): void {
  expect(race.falseRefusals).toEqual([])
  const counted = [...race.ledger].map(([id, { spent }]) => [id, spent] as const)
  expect(new Map(counted)).toEqual(race.spent)
  // Otherwise it showed nothing.
  expect(Math.min(race.allowed, race.refused)).toBeGreaterThan(100)
}

function expectHeld(race: Race): void {
  expectFair(race)
  expect(race.overTaken).toEqual([])
  expect([...race.overspend].filter(([, amount]) => amount > 0n)).toEqual([])
  expect(race.abandoned).toBeGreaterThan(10)
}

async function startLedger(skip: TestContext['skip']) {
  const postgres = await startPostgres()
  return postgres === undefined
    ? skip('there is no PostgreSQL')
    : { store: 'postgres', url: postgres.url }
}

test('with holds nothing is overspent, and nothing refused that there was money for: SQLite', async () => {
  expectHeld(await runRace({ calls: 1000, hold: true, kills: 2, processors: 1 }))
})

test('without holds what is overspent stays within the published bound: SQLite', async () => {
  const race = await runRace({ calls: 1000, hold: false, kills: 1, processors: 1 })
  expectFair(race)
  for (const [id, amount] of race.overspend) expect(amount <= race.bounds.get(id)!).toBe(true)
})

test('with holds, on three processors with one PostgreSQL, killed in turns', async ({ skip }) => {
  const ledger = await startLedger(skip)
  expectHeld(await runRace({ calls: 1000, hold: true, kills: 3, processors: 3, ledger }))
})

test('without holds, on three processors with one PostgreSQL', async ({ skip }) => {
  const ledger = await startLedger(skip)
  const race = await runRace({ calls: 1000, hold: false, kills: 1, processors: 3, ledger })
  expectFair(race)
  for (const [id, amount] of race.overspend) expect(amount <= race.bounds.get(id)!).toBe(true)
})
