/** Kills a processor many times, and compares what is left with the truth. */
import { parseArgs } from 'node:util'
import { stopEverything } from '../end-to-end/children.ts'
import { readWhole } from '../read-number.ts'
import { runKills } from './kill-run.ts'

const HELP = `Usage: npm run faults -- [--kills N] [--seed N]

kill -9 of the processor at random points, under traffic over HTTP and gRPC by senders that try
again. In the end the ledger must be the truth to the last digit, its sums what its entries add up
to, and the next hop must have had every span. Exit code 0: so it is, 1: not, 2: bad usage.

  --kills N   default 200
  --seed N    determines how long each processor lives; default 1`

const FLAGS = {
  kills: { type: 'string', default: '200' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options: FLAGS })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const kills = readWhole('kills', values.kills, 1)
  const seed = readWhole('seed', values.seed)
  const start = performance.now()
  const run = await runKills(kills, seed, (done) => {
    if (done % 20 === 0) console.log(`${done} kills`)
  })
  const seconds = Math.round((performance.now() - start) / 1000)
  const { operations, retries, repeated } = run
  console.log(`${kills} kills in ${seconds} s: ${operations} operations, ${retries} retries,`)
  console.log(`${repeated} spans that the next hop got again; differences from the truth:`)
  for (const difference of run.differences) console.log(`  ${difference}`)
  if (run.differences.length === 0) console.log('  none')
  return run.differences.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
} finally {
  await stopEverything()
}
