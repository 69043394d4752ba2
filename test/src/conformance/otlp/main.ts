/** Runs the suite against any OTLP receiver. */
import { parseArgs } from 'node:util'
import { readWhole } from '../../read-number.ts'
import { startSink } from './sink.ts'
import { runSuite, type Outcome } from './suite.ts'

const HELP = `Usage: node test/dist/conformance/otlp/main.js --http URL --grpc HOST:PORT

Runs the OTLP conformance suite against a receiver that is running. Prints a table of what failed;
exit code 0: all cases passed, 1: some failed, 2: bad usage.

  --http URL             of OTLP/HTTP, such as http://127.0.0.1:4318
  --grpc HOST:PORT       of OTLP/gRPC without TLS, such as 127.0.0.1:4317
  --max-bytes N          the limit of a request that the receiver has; default 67108864 (64 MiB)
  --sink PORT            also looks at what the receiver forwards over OTLP/HTTP to this port of
                         127.0.0.1, at once and without retrying; otherwise such cases are skipped
  --all                  prints the cases that passed, too`

const FLAGS = {
  http: { type: 'string' },
  grpc: { type: 'string' },
  'max-bytes': { type: 'string', default: String(64 * 1024 * 1024) },
  sink: { type: 'string' },
  all: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

function formatOutcome({ id, result, detail }: Outcome): string {
  return `${result.padEnd(8)}${id.padEnd(48)} ${detail}`.trimEnd()
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: FLAGS })
  const { http: httpUrl, grpc: grpcAddress } = values
  if (values.help || httpUrl === undefined || grpcAddress === undefined) {
    console.log(HELP)
    return values.help ? 0 : 2
  }
  const maxRequestBytes = readWhole('max-bytes', values['max-bytes'], 1)
  const sink =
    values.sink === undefined ? undefined : await startSink(readWhole('sink', values.sink))
  const target = {
    httpUrl: httpUrl.replace(/\/+$/, ''),
    grpcAddress,
    maxRequestBytes,
    ...(sink && { sink }),
  }
  const outcomes = await runSuite(target, (outcome) => {
    if (values.all || outcome.result !== 'passed') console.log(formatOutcome(outcome))
  })
  sink?.stop()
  const count = (result: Outcome['result']): number =>
    outcomes.filter((outcome) => outcome.result === result).length
  const [passed, failed, skipped] = [count('passed'), count('failed'), count('skipped')]
  console.log(`${outcomes.length} cases: ${passed} passed, ${failed} failed, ${skipped} skipped`)
  return failed === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 2
}
