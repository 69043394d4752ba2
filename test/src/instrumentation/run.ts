import { trace } from '@opentelemetry/api'
import type { OpenAI } from 'openai'
import { SCENARIOS } from './scenarios.ts'

/**
 * Runs every scenario below a span of its own name and prints what their applications saw, as one
 * JSON object. Without instrumentation, the span is the API's no-op.
 */
export async function runScenarios(Client: typeof OpenAI): Promise<void> {
  const client = new Client({ apiKey: 'none', maxRetries: 0 })
  const seen: Record<string, unknown> = {}
  for (const [name, scenario] of Object.entries(SCENARIOS)) {
    seen[name] = await trace.getTracer('scenarios').startActiveSpan(name, async (span) => {
      const result = await scenario(client)
      span.end()
      return result
    })
  }
  process.stdout.write(JSON.stringify(seen))
}
