/** The long form of the test of random traces. */
import { parseArgs } from 'node:util'
import { stopEverything } from '../end-to-end/children.ts'
import { readWhole } from '../read-number.ts'
import { runTraces } from './run.ts'

const HELP = `Usage: npm run traces -- [--traces N] [--seed N]

Sends random traces through a real processor, half of them children first, half in any order, and
compares the sums on their ancestors and the API's answers with what the traces were made of. Exit
code 0: all are exact, 1: a difference, 2: bad usage.

  --traces N   default 100000
  --seed N     determines the traces and their requests; default 1`

const FLAGS = {
  traces: { type: 'string', default: '100000' },
  seed: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options: FLAGS })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const half = Math.ceil(readWhole('traces', values.traces, 1) / 2)
  const seed = readWhole('seed', values.seed)
  let found = 0
  for (const order of ['bottom-up', 'any'] as const) {
    const start = performance.now()
    let done = 0
    const report = (): void => {
      done += 1
      if (done % 5_000 === 0) console.log(`  ${done} traces`)
    }
    const run = await runTraces({ traces: half, seed, order, report })
    const seconds = Math.round((performance.now() - start) / 1000)
    const { spans, operations, requests, differences } = run
    console.log(`${order}: ${half} traces, ${spans} spans, ${operations} operations,`)
    console.log(`${requests} requests in ${seconds} s; differences from the truth:`)
    for (const difference of differences) console.log(`  ${difference}`)
    if (differences.length === 0) console.log('  none')
    found += differences.length
    await stopEverything()
  }
  return found === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
} finally {
  await stopEverything()
}
