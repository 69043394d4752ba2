/**
 * How fast a call is rated, look-up and exact decimal string included, beside the engine that comes
 * with the default data. Medians over samples of one run; nothing is asserted. `--json` prints one
 * line: nanoseconds per call, and how many times faster ours is on the whole. `--quick` only shows
 * that it runs.
 */
import { calcPrice } from '@pydantic/genai-prices'
import type { Operation } from '@spancost/genai'
import { formatAmount, loadBook, rateOperation } from '@spancost/pricing'

const isQuick = process.argv.includes('--quick')
const SAMPLES = isQuick ? 3 : 21
const SAMPLE_NS = isQuick ? 1_000_000n : 40_000_000n
const timestamp = new Date('2026-09-15T12:00:00Z')
const book = await loadBook()
let kept = 0

/**
 * Provider, model, input, cached and output tokens: few units and many, a model late in a long
 * list, one that nobody knows, and two more.
 */
const CALLS = [
  ['openai', 'gpt-4o-2024-08-06', 1_200, 0, 340],
  ['anthropic', 'claude-sonnet-4-5-20250929', 5_000, 4_000, 700],
  ['openrouter', 'z-ai/glm-4.5', 800, 0, 120],
  ['openrouter', 'nobody/knows-this', 800, 0, 120],
  ['google', 'gemini-2.5-flash', 3_000, 900, 500],
  ['aws', 'us.anthropic.claude-sonnet-4-5-20250929-v1:0', 2_500, 2_000, 300],
] as const

const rows = CALLS.map(([provider, requestModel, input, cached, output]) => {
  const operation: Operation = {
    dialect: 'otel',
    role: 'leaf',
    name: 'chat',
    provider,
    requestModel,
    usage: {
      inputTokens: input,
      ...(cached > 0 && { cacheReadTokens: cached }),
      outputTokens: output,
    },
  }
  const usage = {
    input_tokens: input,
    ...(cached > 0 && { cache_read_tokens: cached }),
    output_tokens: output,
  }
  const options = { providerId: provider, timestamp }
  return {
    name: `${provider} ${requestModel}`,
    ours: measure(() => {
      const { costAtto } = rateOperation(operation, timestamp.getTime(), book)
      return costAtto === undefined ? 'unpriced' : formatAmount(costAtto)
    }),
    theirs: measure(() => String(calcPrice(usage, requestModel, options)?.total_price)),
  }
})

const theirs = rows.reduce((sum, row) => sum + row.theirs, 0)
const times = (theirs / rows.reduce((sum, row) => sum + row.ours, 0)).toFixed(1)
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ bench: 'rate', unit: 'ns/call', rows, times: Number(times) }))
} else {
  for (const row of rows) {
    const ratio = (row.theirs / row.ours).toFixed(1)
    console.log(`${row.name}: ${row.ours} ns, genai-prices ${row.theirs} ns, ${ratio}x`)
  }
  console.log(`on the whole ${times}x faster`)
}

/** The median over samples, in whole nanoseconds a call. */
function measure(run: () => string): number {
  // As many calls as a sample takes; finding that out is the warm-up.
  let count = 100
  while (time(run, count) < SAMPLE_NS) count *= 2
  const samples = Array.from({ length: SAMPLES }, () => Number(time(run, count)) / count)
  return Math.round(samples.toSorted((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? 0)
}

/** In nanoseconds. The results are used, or else a compiler might leave the work out. */
function time(run: () => string, count: number): bigint {
  const start = process.hrtime.bigint()
  for (let index = 0; index < count; index++) kept += run().length
  if (kept === 0) throw new Error('nothing was priced')
  return process.hrtime.bigint() - start
}
