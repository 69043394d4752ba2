import { trace } from '@opentelemetry/api'
import { SDKS } from './sdks/index.ts'

/**
 * Runs every scenario of an SDK below a span of its own name and prints what their applications
 * saw, as one JSON object. Without instrumentation, the span is the API's no-op.
 *
 * @param name of the SDK in the matrix
 * @param moduleExports of the SDK, as the application loaded it
 */
export async function runScenarios(name: string, moduleExports: unknown): Promise<void> {
  const sdk = SDKS[name]
  if (sdk === undefined) throw new Error(`no SDK ${name}`)
  const client = sdk.createClient(moduleExports, process.env['PROVIDER_URL'] ?? '')
  const seen: Record<string, unknown> = {}
  for (const [scenario, run] of Object.entries(sdk.scenarios)) {
    seen[scenario] = await trace.getTracer('scenarios').startActiveSpan(scenario, async (span) => {
      const result = await run(client as never)
      span.end()
      return result
    })
  }
  process.stdout.write(JSON.stringify(seen))
}
