import { randomBytes } from 'node:crypto'
import type { Entry } from '@spancost/ledger'

/**
 * Entries as an application of some size makes them: random ids, traces of four calls, eight models,
 * five teams, three services, and starts within the hour before `nowMs`.
 */

const CALLS_PER_TRACE = 4
const RATES_ATTO = { input: 2_500_000_000_000n, cache_read: 1_250_000_000_000n, output: 10n ** 13n }

export function createBenchEntries(count: number, nowMs = Date.now()): Entry[] {
  let traceId = ''
  // One call for all of them, which is much faster than one for each.
  const random = randomBytes(32 * count)
  return Array.from({ length: count }, (_, index) => {
    const [at, middle, end] = [32 * index, 32 * index + 16, 32 * index + 32]
    if (index % CALLS_PER_TRACE === 0) traceId = random.toString('hex', at, middle)
    return createEntry(traceId, random.toString('hex', middle, end), index, nowMs)
  })
}

function createEntry(traceId: string, id: string, index: number, nowMs: number): Entry {
  const model = `model-${index % 8}-2026-08-01`
  const units = new Map([
    ['input', 200 + (index % 977)],
    ['cache_read', 1024],
    ['output', 50 + (index % 501)],
  ] as const)
  const lines = [...units].map(([unit, quantity]) => ({
    unit,
    quantity,
    rate: '0.0000025',
    costAtto: BigInt(quantity) * RATES_ATTO[unit],
  }))
  const startTimeUnixNano = BigInt(nowMs - (index % 3_600_000)) * 1_000_000n
  return {
    traceId,
    spanId: id.slice(0, 16),
    parentSpanId: id.slice(16),
    spanName: `chat ${model}`,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + 1_500_000_000n,
    operation: {
      dialect: 'otel',
      role: 'leaf',
      name: 'chat',
      provider: 'openai',
      requestModel: `model-${index % 8}`,
      responseModel: model,
      responseId: `chatcmpl-${id}`,
      usage: {
        inputTokens: 1224 + (index % 977),
        cacheReadTokens: 1024,
        outputTokens: 50 + (index % 501),
      },
    },
    units,
    rating: {
      status: 'priced',
      source: 'book',
      card: `openai/model-${index % 8}`,
      book: 'genai-prices@0.1.8',
      lines,
      costAtto: lines.reduce((sum, line) => sum + line.costAtto, 0n),
    },
    labels: {
      provider: 'openai',
      model,
      operation: 'chat',
      service: `service-${index % 3}`,
      team: `team-${index % 5}`,
    },
  }
}
