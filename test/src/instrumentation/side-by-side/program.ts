/**
 * An application that goes through the scenarios of an SDK, whatever an instrumentation does to it:
 * each ends with a line that says what it saw, or what it died of.
 */
import { createRequire } from 'node:module'
import type * as Api from '@opentelemetry/api'
import { SDKS } from '../sdks/index.ts'

type RunBelowSpan = (name: string, run: () => Promise<unknown>) => Promise<unknown>

const { SDK = '', FOLDER = '', PROVIDER_URL = '' } = process.env
const load = createRequire(`${FOLDER}/application.cjs`)
const api: typeof Api = load('@opentelemetry/api')

const runBelowSpan: RunBelowSpan =
  Reflect.get(globalThis, 'runBelowSpan') ??
  (async (name, run) =>
    api.trace.getTracer('scenarios').startActiveSpan(name, async (span) => {
      await run()
      span.end()
    }))

process.on('uncaughtException', () => undefined)

async function runAll(): Promise<void> {
  const sdk = SDKS[SDK]
  if (sdk === undefined) throw new Error(`no SDK ${SDK}`)
  const client = sdk.createClient(load(sdk.name), PROVIDER_URL) as never
  for (const [name, run] of Object.entries(sdk.scenarios)) {
    await runBelowSpan(name, async () => {
      const seen = await run(client).catch((error: unknown) => ({ diedOf: String(error) }))
      process.stdout.write(`${JSON.stringify([name, seen])}\n`)
    })
  }
}

await runAll()
