/** The race for budgets, as long as wanted. */
import { parseArgs } from 'node:util'
import { stopEverything } from '../end-to-end/children.ts'
import { startPostgres } from '../faults/postgres.ts'
import { readWhole } from '../read-number.ts'
import { runRace, type Race } from './race.ts'

const HELP = `Usage: npm run race -- [--calls N] [--kills N] [--seed N]

50 clients ask before each call, on a three-level budget, of one processor with SQLite and of three
with one PostgreSQL; processors are killed (kill -9) and started again meanwhile. With holds nothing
may be overspent, nothing refused that there was money for, and nothing held in the end; without,
spend may pass a limit by what begins within the longest delay. One line of JSON for each setting.
Exit code 0: so it is, 1: not, 2: bad usage.

  --calls N   default 10000
  --kills N   default 20
  --seed N    determines the calls; default 1`

const FLAGS = {
  calls: { type: 'string', default: '10000' },
  kills: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options: FLAGS })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const about = {
    calls: readWhole('calls', values.calls, 1),
    kills: readWhole('kills', values.kills),
    seed: readWhole('seed', values.seed),
  }
  let isFair = true
  for (const hold of [true, false]) {
    const sqlite = await runRace({ ...about, hold, processors: 1 })
    isFair = report('sqlite', hold, sqlite) && isFair
    await stopEverything()
    const postgres = await startPostgres()
    if (postgres === undefined) continue
    const ledger = { store: 'postgres', url: postgres.url }
    const shared = await runRace({ ...about, hold, processors: 3, ledger })
    isFair = report('postgres', hold, shared) && isFair
    await stopEverything()
  }
  return isFair ? 0 : 1
}

/** Whether the race was fair. */
function report(store: string, hold: boolean, race: Race): boolean {
  const { ledger, overspend, bounds, overTaken, falseRefusals, spent } = race
  const wrong = [...ledger].filter(([id, counter]) => counter.spent !== spent.get(id))
  const beyond = [...overspend].filter(([id, amount]) => amount > (bounds.get(id) ?? 0n))
  const { allowed, refused, abandoned, retries, seconds } = race
  const counts = { allowed, refused, abandoned, retries, seconds }
  const faults = {
    overTaken: overTaken.length,
    falseRefusals: falseRefusals.length,
    wrongCounters: wrong.length,
    beyondBound: beyond.length,
  }
  const levels = [...race.limits].map(([id, limit]) => ({
    id,
    limit: showUsd(limit),
    spent: showUsd(spent.get(id)!),
    overspend: showUsd(overspend.get(id)!),
    ...(!hold && { bound: showUsd(bounds.get(id)!) }),
  }))
  console.log(JSON.stringify({ race: store, hold, ...counts, ...faults, levels }))
  return Object.values(faults).every((count) => count === 0)
}

/** For reading; nothing is compared by it. */
function showUsd(atto: bigint): number {
  return Number(atto / 10n ** 12n) / 1e6
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
} finally {
  await stopEverything()
}
