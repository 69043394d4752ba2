/**
 * What `npm start` runs where there is no config: the processor with a ledger of its own, and a
 * small instrumented application that sends it spans. It prints what was spent, and goes on until
 * it is told to end.
 */
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { startChild, type Child, type Ending } from './child.ts'
import { findPortProblem, readEndpoints, type Endpoints } from './ports.ts'
import { startReplayServer } from './replay-server.ts'
import { renderScreen } from './screen.ts'
import { readSpend } from './spend.ts'

const FOLDER = path.join('.spancost', 'demo')
const LEDGER = path.join(FOLDER, 'ledger.db')
const PROCESSOR = fileURLToPath(new URL('../../../processor/dist/main.js', import.meta.url))
const APPLICATION = fileURLToPath(new URL('app.js', import.meta.url))
const REGISTER = import.meta.resolve('@spancost/node/register')

const MAX_START_MS = 15_000
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A reason to end that the user should read; other errors are faults of the demo. */
class DemoError extends Error {}

const running: Child[] = []
const stopRequest = new Promise<'stop'>((resolve) => {
  for (const signal of SIGNALS) process.on(signal, () => resolve('stop'))
})

try {
  await runDemo(readEndpoints(process.env))
} catch (error) {
  console.error(error instanceof DemoError ? `The demo cannot run: ${error.message}` : error)
  process.exitCode = 1
} finally {
  // The newest first: the application may still be sending to the processor.
  for (const child of running.toReversed()) await child.stop()
}

async function runDemo(endpoints: Endpoints): Promise<void> {
  const problem = await findPortProblem(endpoints)
  if (problem !== undefined) throw new DemoError(problem)

  const processor = await startProcessor(endpoints)
  const provider = await startReplayServer()
  try {
    const ready = waitUntilReady(endpoints.api)
    if ((await Promise.race([ready, stopRequest, failAtEnd(processor)])) === 'stop') return

    const tickets = runApplication(endpoints, provider.url)
    const subjects = await Promise.race([tickets, stopRequest, failAtEnd(processor)])
    if (subjects === 'stop') return

    const spend = await readSpend(endpoints.api)
    const screen = renderScreen({ spend, subjects, endpoints, ledger: LEDGER }, emphasize)
    console.log(`\n${screen}`)
  } finally {
    await provider.close()
  }
  await Promise.race([stopRequest, failAtEnd(processor)])
}

/** Bold on a terminal; plain where output is piped, or where NO_COLOR is set. */
function emphasize(text: string): string {
  return styleText('bold', text)
}

async function startProcessor(endpoints: Endpoints): Promise<Child> {
  const config = path.join(FOLDER, 'spancost.yaml')
  await rm(FOLDER, { recursive: true, force: true })
  await mkdir(FOLDER, { recursive: true })
  await writeFile(config, describeConfig(endpoints))
  return start('The processor', [PROCESSOR, 'serve', '--config', config])
}

function describeConfig({ grpc, http, api }: Endpoints): string {
  return `# Written anew by each demo.
receivers: { otlp: { grpc: { endpoint: "${grpc}" }, http: { endpoint: "${http}" } } }
api: { endpoint: "${api}" }
ledger: { store: sqlite, path: ${JSON.stringify(LEDGER)} }
log: { level: warn }
`
}

async function waitUntilReady(api: string): Promise<void> {
  const deadline = Date.now() + MAX_START_MS
  while (Date.now() < deadline) {
    const response = await fetch(`http://${api}/readyz`).catch(() => undefined)
    if (response?.ok === true) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new DemoError(`the processor was not ready within ${MAX_START_MS / 1000} s`)
}

/** Runs the application to its end; resolves with what each of its traces was about. */
async function runApplication(
  { http }: Endpoints,
  providerUrl: string,
): Promise<ReadonlyMap<string, string>> {
  const child = start('The application', ['--import', REGISTER, APPLICATION], {
    OPENAI_BASE_URL: providerUrl,
    OTEL_SERVICE_NAME: 'support-desk',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://${http}`,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
  })
  const ending = await child.ended
  if (ending.cause !== 0) throw describeEnding(child, ending)
  return new Map(
    ending.stdout
      .trim()
      .split('\n')
      .map((line): { trace_id: string; ticket: string; subject: string } => JSON.parse(line))
      .map((log) => [log.trace_id, `${log.ticket} ${log.subject}`]),
  )
}

/** Starts a child without those of the user's variables that would change what the demo shows. */
function start(
  name: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Child {
  const kept = Object.entries(process.env).filter(([key]) => !/^(OTEL|OPENAI)_/.test(key))
  const child = startChild(name, args, { ...Object.fromEntries(kept), ...variables })
  running.push(child)
  return child
}

/** Never resolves; rejects when a program ends that should go on. */
async function failAtEnd(child: Child): Promise<never> {
  throw describeEnding(child, await child.ended)
}

function describeEnding({ name }: Child, { cause, complaint }: Ending): DemoError {
  const how = typeof cause === 'number' ? `with code ${cause}` : `by ${cause}`
  return new DemoError(`${name} ended ${how}.${complaint === '' ? '' : `\n${complaint}`}`)
}
