/**
 * The whole line beside a real Collector: the demo application and a request made by hand go
 * application -> Collector -> spancost -> Collector -> backend, with the configs of
 * collector-config/. Files stand in for the backend.
 *
 * Rates are USD per million tokens, so tokens x rate is in millionths of a dollar.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { startReplayServer } from '../demo/replay-server.ts'
import { BY_HAND } from './by-hand.ts'
import { makeFolder, onStop, ROOT, startChild, stopAfterEach } from './children.ts'
import {
  findCollector,
  SIDECAR,
  startCollector,
  validateConfig,
  type Collector,
} from './collector.ts'
import { findEndpoints, readSpend, startProcessor, type Processor } from './processor.ts'
import {
  findSums,
  listSpans,
  readAttributes,
  type MetricsReceived,
  type SpanReceived,
  type TracesReceived,
} from './received.ts'
import { JSON_TYPE, send } from './requests.ts'

// The first time on a machine this builds one, which takes minutes.
const found = await findCollector()

function binaryOrSkip(skip: (note: string) => never): string {
  return 'binary' in found ? found.binary : skip(found.missing)
}

stopAfterEach()

/** What each call costs: `replies.ts` of the demo has the token counts of the first four. */
const COST_BY_MODEL: Readonly<Record<string, string>> = {
  // 612 x 0.15 + 19 x 0.6 = 91.8 + 11.4 = 103.2
  'gpt-4o-mini-2024-07-18': '0.0001032',
  // 37 x 0.02 = 0.74
  'text-embedding-3-small': '0.00000074',
  // 1840 with 1536 cached: 304 x 2.5 + 1536 x 1.25 + 236 x 10 = 760 + 1920 + 2360 = 5040
  'gpt-4o-2024-08-06': '0.00504',
  // 2310 with 1920 cached: 390 x 0.25 + 1920 x 0.025 + 480 x 2 = 97.5 + 48 + 960 = 1105.5
  'gpt-5-mini-2025-08-07': '0.0011055',
  // 1001 x 3 + 99 x 15 = 3003 + 1485 = 4488
  'claude-sonnet-4-5': '0.004488',
}

/** Three tickets: each is classified and embedded, one is looked into, two are answered. */
const TICKETS = 3
const CALLS_BY_MODEL: Readonly<Record<string, number>> = {
  'gpt-4o-mini-2024-07-18': 3,
  'text-embedding-3-small': 3,
  'gpt-4o-2024-08-06': 2,
  'gpt-5-mini-2025-08-07': 1,
  'claude-sonnet-4-5': 1,
  'gpt-of-nobody': 1,
}
// 3 x 103.2 + 3 x 0.74 + 2 x 5040 + 1105.5 + 4488 = 309.6 + 2.22 + 10080 + 1105.5 + 4488 = 15985.32
const SPEND = { operations: 11, cost: '0.01598532' }

/** Sums by model and what tells the points apart; those of one call times the calls. */
const METRICS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'spancost.cost': {
    'gpt-4o-mini-2024-07-18 input': 0.0002754, // 3 x 91.8
    'gpt-4o-mini-2024-07-18 output': 0.0000342, // 3 x 11.4
    'text-embedding-3-small input': 0.00000222, // 3 x 0.74
    'gpt-4o-2024-08-06 input': 0.00152, // 2 x 760
    'gpt-4o-2024-08-06 cache_read': 0.00384, // 2 x 1920
    'gpt-4o-2024-08-06 output': 0.00472, // 2 x 2360
    'gpt-5-mini-2025-08-07 input': 0.0000975,
    'gpt-5-mini-2025-08-07 cache_read': 0.000048,
    'gpt-5-mini-2025-08-07 output': 0.00096,
    'claude-sonnet-4-5 input': 0.003003,
    'claude-sonnet-4-5 output': 0.001485,
  },
  'spancost.tokens': {
    'gpt-4o-mini-2024-07-18 input': 1836, // 3 x 612
    'gpt-4o-mini-2024-07-18 output': 57, // 3 x 19
    'text-embedding-3-small input': 111, // 3 x 37
    'gpt-4o-2024-08-06 input': 608, // 2 x 304
    'gpt-4o-2024-08-06 cache_read': 3072, // 2 x 1536
    'gpt-4o-2024-08-06 output': 472, // 2 x 236
    'gpt-5-mini-2025-08-07 input': 390,
    'gpt-5-mini-2025-08-07 cache_read': 1920,
    'gpt-5-mini-2025-08-07 output': 96, // 480 - 384
    'gpt-5-mini-2025-08-07 reasoning': 384,
    'claude-sonnet-4-5 input': 1001,
    'claude-sonnet-4-5 output': 99,
    'gpt-of-nobody input': 5,
    'gpt-of-nobody output': 7,
  },
  'spancost.operations': {
    'gpt-4o-mini-2024-07-18 priced': 3,
    'text-embedding-3-small priced': 3,
    'gpt-4o-2024-08-06 priced': 2,
    'gpt-5-mini-2025-08-07 priced': 1,
    'claude-sonnet-4-5 priced': 1,
    'gpt-of-nobody unpriced': 1,
  },
}

type Protocol = 'http' | 'grpc'

/** A Collector and a processor that send to each other, as collector-config/ has it. */
async function startLine(
  binary: string,
  protocol: Protocol,
): Promise<{ collector: Collector; processor: Processor }> {
  const endpoints = await findEndpoints()
  const collector = await startCollector(binary, { protocol, endpoints })
  const configFile = await makeProcessorConfig(protocol, collector)
  const env = { PRICED_HTTP_ENDPOINT: collector.pricedHttp, SPANCOST_METRICS_INTERVAL: '1s' }
  return { collector, processor: await startProcessor({ configFile, env }, endpoints) }
}

/** collector-config/spancost.yaml as it is; for gRPC, with the change that its comment names. */
async function makeProcessorConfig(protocol: Protocol, collector: Collector): Promise<string> {
  const shipped = path.join(ROOT, 'collector-config', 'spancost.yaml')
  if (protocol === 'http') return shipped
  const config = parse(await readFile(shipped, 'utf8')) as { forward: { traces: object[] } }
  config.forward.traces = [{ protocol: 'grpc', endpoint: `http://${collector.pricedGrpc}` }]
  const file = path.join(await makeFolder(), 'spancost.yaml')
  await writeFile(file, stringify(config))
  return file
}

async function sendByHand(collector: Collector): Promise<void> {
  const { status } = await send(`${collector.httpUrl}/v1/traces`, {
    headers: { 'content-type': JSON_TYPE },
    body: JSON.stringify(BY_HAND),
  })
  expect(status).toBe(200)
}

async function runDemoApp(collector: Collector): Promise<void> {
  const provider = await startReplayServer()
  onStop(() => provider.close())
  const register = import.meta.resolve('@spancost/node/register')
  const app = path.join(ROOT, 'test', 'dist', 'demo', 'app.js')
  const child = startChild(process.execPath, ['--import', register, app, String(TICKETS)], {
    cwd: ROOT,
    env: {
      OPENAI_BASE_URL: provider.url,
      OTEL_SERVICE_NAME: 'support-desk',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.httpUrl,
    },
  })
  const code = await child.exited
  expect({ code, log: code === 0 ? '' : child.log() }).toEqual({ code: 0, log: '' })
}

/** Our attributes on GenAI spans, none on others. Returns how many calls each model had. */
function checkCosts(spans: readonly SpanReceived[]): Record<string, number> {
  const calls: Record<string, number> = {}
  for (const span of spans) {
    const attributes = readAttributes(span.attributes)
    const model = attributes['gen_ai.response.model']
    const ours = Object.entries(attributes).filter(([key]) => key.startsWith('spancost.cost.'))
    if (typeof model !== 'string') {
      expect(ours).toEqual([])
      continue
    }
    calls[model] = (calls[model] ?? 0) + 1
    const exact = COST_BY_MODEL[model]
    if (exact === undefined) {
      expect({ model, ...Object.fromEntries(ours) }).toEqual({
        model: 'gpt-of-nobody',
        'spancost.cost.status': 'unpriced',
        'spancost.cost.reason': 'unknown_model',
        'spancost.cost.standing': 'counted',
      })
      continue
    }
    expect({ model, ...Object.fromEntries(ours) }).toMatchObject({
      model,
      'spancost.cost.status': 'priced',
      'spancost.cost.standing': 'counted',
      'spancost.cost.exact': exact,
      'spancost.cost.total': Number(exact),
      'spancost.cost.currency': 'USD',
    })
  }
  return calls
}

/** The points of one cost metric, by model and by what tells them apart. */
function readPoints(exported: MetricsReceived, name: string): Record<string, number> {
  const points: Record<string, number> = {}
  for (const { sum } of findSums(exported, name)) {
    expect([name, sum.aggregationTemporality, sum.isMonotonic]).toEqual([name, CUMULATIVE, true])
    for (const point of sum.dataPoints) {
      expect(BigInt(point.startTimeUnixNano)).toBeGreaterThan(0n)
      const attributes = readAttributes(point.attributes)
      const kind =
        attributes['spancost.cost.part'] ??
        attributes['gen_ai.token.type'] ??
        attributes['spancost.cost.status']
      const key = `${String(attributes['gen_ai.response.model'])} ${String(kind)}`
      points[key] = Number(point.asInt ?? point.asDouble)
    }
  }
  return points
}

function countOperations(exported: MetricsReceived): number {
  const counts = Object.values(readPoints(exported, 'spancost.operations'))
  return counts.reduce((sum, count) => sum + count, 0)
}

/** Of the three tickets 9 calls and a root each, and the 3 by hand. */
const SPAN_COUNT = 15
const CUMULATIVE = 2

describe('beside a Collector', () => {
  test.for(['http', 'grpc'] as const)(
    'spans come back priced and all others unchanged, over %s',
    async (protocol, { skip }) => {
      const binary = binaryOrSkip(skip)
      const direct = await startCollector(binary)
      await sendByHand(direct)
      const [unpriced] = await direct.received<TracesReceived>('traces', (all) => all.length === 1)

      const { collector, processor } = await startLine(binary, protocol)
      await sendByHand(collector)
      const [priced] = await collector.received<TracesReceived>('traces', (all) => all.length === 1)
      await runDemoApp(collector)
      const requests = await collector.received<TracesReceived>(
        'traces',
        (all) => listSpans(all).length >= SPAN_COUNT,
      )
      const spans = listSpans(requests)
      expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(SPAN_COUNT)
      expect(checkCosts(spans)).toEqual(CALLS_BY_MODEL)

      // Without our attributes, what was made by hand is what came through without us.
      for (const span of listSpans([priced!])) {
        span.attributes = span.attributes?.filter(({ key }) => !key.startsWith('spancost.')) ?? []
      }
      expect(priced).toEqual(unpriced)

      expect(await readSpend(processor)).toEqual(SPEND)
      const exports = await collector.received<MetricsReceived>('metrics', (all) =>
        all.some((one) => countOperations(one) === SPEND.operations),
      )
      for (const [name, points] of Object.entries(METRICS)) {
        expect({ name, ...readPoints(exports.at(-1)!, name) }).toEqual({ name, ...points })
      }
      // No loop: nothing more has come meanwhile.
      expect(listSpans(await collector.received('traces', () => true))).toHaveLength(SPAN_COUNT)
    },
  )

  test('its configs are valid, also with a queue on disk as the comments say', async ({ skip }) => {
    const binary = binaryOrSkip(skip)
    expect(await validateConfig(binary, SIDECAR)).toBe('')
    const folder = await makeFolder()
    const overlay = path.join(folder, 'overlay.yaml')
    const storage = 'file_storage/spancost'
    const config = {
      extensions: { [storage]: { directory: path.join(folder, 'queue'), create_directory: true } },
      exporters: Object.fromEntries(
        ['otlp_grpc/spancost', 'otlp_http/spancost', 'otlp_http/backend'].map((name) => [
          name,
          { sending_queue: { storage } },
        ]),
      ),
      service: { extensions: ['health_check', storage] },
    }
    await writeFile(overlay, stringify(config))
    expect(await validateConfig(binary, SIDECAR, overlay)).toBe('')
    // And that the Collector does look.
    await writeFile(overlay, stringify({ service: { extensions: ['absent'] } }))
    expect(await validateConfig(binary, SIDECAR, overlay)).toMatch(/references extension "absent"/)
  })
})
