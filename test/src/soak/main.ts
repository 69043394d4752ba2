/** The long form of the soak test, by the clock. */
import { parseArgs } from 'node:util'
import { stopEverything } from '../end-to-end/children.ts'
import { findCollector } from '../end-to-end/collector.ts'
import { readPositive, readWhole } from '../read-number.ts'
import { runSoak } from './soak.ts'

const HELP = `Usage: npm run soak -- [--minutes N] [--rate N]

A real Collector, with queues on disk, sends spans to a processor over gRPC and HTTP in every
compression, while the processor is killed and restarted, the Collector is killed, and the next hop
refuses, hangs and resets. Exit code 0: nothing lost, and all counted once; 1: not so; 2: bad usage,
or no Collector.

  --minutes N   default 10
  --rate N      spans per second, one in ten of them a call of a model; default 20000`

const FLAGS = {
  minutes: { type: 'string', default: '10' },
  rate: { type: 'string', default: '20000' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options: FLAGS })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const seconds = readPositive('minutes', values.minutes) * 60
  const spansPerSecond = readWhole('rate', values.rate, 1)
  const found = await findCollector()
  if ('missing' in found) throw new Error(found.missing)
  const soak = await runSoak({ binary: found.binary, seconds, spansPerSecond, calmMs: 10_000 })
  const { spans, operations, cost, refused, repeated, drainedInMs, differences } = soak
  console.log(`${spans} spans in ${seconds} s (${Math.round(spans / seconds)}/s)`)
  console.log(`${operations} operations, ${cost} USD`)
  for (const [name, count] of Object.entries(soak.faults)) console.log(`  ${count} x ${name}`)
  console.log(`${refused} batches that the Collector did not take at once`)
  console.log(`${repeated} spans that the next hop got again`)
  console.log(`drained in ${(drainedInMs / 1000).toFixed(1)} s; differences from the truth:`)
  for (const difference of differences) console.log(`  ${difference}`)
  if (differences.length === 0) console.log('  none')
  return differences.length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
} finally {
  await stopEverything()
}
