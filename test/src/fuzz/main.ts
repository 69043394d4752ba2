/** Spoils real requests, for as long as asked for, and says what is not answered as it should be. */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { onStop, stopEverything } from '../end-to-end/children.ts'
import { readPositive, readWhole } from '../read-number.ts'
import { checkTarget, startBackend, startTarget } from './target.ts'
import { createProber } from './check-processor.ts'
import { fuzzCodec, fuzzProcessor, type Found } from './run.ts'

const HELP = `Usage: npm run fuzz -- [--minutes N] [--seed N] [--from N] [--count N]

Half of the time goes to the code that reads OTLP, in this process, half to a processor that is
started for it, over HTTP and gRPC. Exit code 0: nothing found, 1: a finding, 2: bad usage.

  --minutes N   how long; default 1
  --seed N      determines the inputs, together with their numbers; default: by the clock
  --from N      the number of the first input; default 0
  --count N     at most so many inputs to each half`

const FLAGS = {
  minutes: { type: 'string', default: '1' },
  seed: { type: 'string' },
  from: { type: 'string', default: '0' },
  count: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options: FLAGS })
  if (values.help) {
    console.log(HELP)
    return 0
  }
  const seed = readWhole('seed', values.seed ?? String(Math.floor(Date.now() / 1000)))
  const halfMs = (readPositive('minutes', values.minutes) * 60_000) / 2
  const count = values.count === undefined ? Infinity : readWhole('count', values.count, 1)
  const range = { seed, from: readWhole('from', values.from), count }
  console.log(`seed ${seed}`)
  const codec = fuzzCodec({ ...range, untilMs: performance.now() + halfMs })
  report('the code that reads OTLP', codec)

  const target = await startTarget(await startBackend())
  const prober = createProber(target.httpUrl, target.grpcAddress)
  onStop(async () => prober.close())
  const wire = await fuzzProcessor({ ...range, untilMs: performance.now() + halfMs }, prober)
  report('a processor, over its sockets', wire)
  const peakMib =
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${target.pid}/status`, 'utf8'))?.[1]) / 1024
  console.log(`its memory at most: ${peakMib.toFixed(0)} MiB`)
  const problem = await checkTarget(target)
  if (problem !== '') console.log(problem)
  return codec.failures.length + wire.failures.length === 0 && problem === '' ? 0 : 1
}

function report(what: string, { count, failures }: Found): void {
  console.log(`${what}: ${count} inputs, ${failures.length} findings`)
  for (const failure of failures) console.log(`  ${failure}`)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
} finally {
  await stopEverything()
}
