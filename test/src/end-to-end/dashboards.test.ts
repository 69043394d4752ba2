/**
 * Dashboards and rules before a real Prometheus that scrapes a real processor: every query of every
 * panel gives figures, and the overview's spend is the ledger's.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { forwardTo, startHttpBackend } from './backend.ts'
import { ROOT, stopAfterEach, waitFor } from './children.ts'
import { readMetric, readSpend, startProcessor, type Processor } from './processor.ts'
import { startPrometheus, testRules, type Prometheus } from './prometheus.ts'
import { makeChatSpan, makeSpan, send, sendTraces, type SpanJson } from './requests.ts'
import { findTool, needTool, type FoundTool } from './tools.ts'

stopAfterEach()

const RULES = path.join(ROOT, 'collector-config', 'prometheus', 'rules.yaml')
const RULE_TESTS = path.join(ROOT, 'collector-config', 'prometheus', 'rules.test.yaml')

let found: FoundTool
beforeAll(async () => {
  found = await findTool('prometheus')
})

/** Panels that a Prometheus of a few seconds cannot fill, with the queries that stay empty. */
const WITHOUT_HISTORY: Readonly<Record<string, readonly string[]>> = {
  'spancost-overview / Spend of the last 24 hours, and of the 24 before': ['B'],
  'spancost-growth / Over the day before': ['A'],
  'spancost-growth / Over the week before': ['A'],
  'spancost-growth / Growth by model': ['A'],
  'spancost-growth / Growth by service': ['A'],
  'spancost-growth / Spend of the last hour, and three standard deviations above usual': ['B', 'C'],
}
/** No budgets are configured in this test. */
const BUDGETS = 'spancost-budgets'

interface Query {
  /** The dashboard's uid and the panel's title. */
  readonly panel: string
  readonly refId: string
  readonly expr: string
}

interface Panel {
  readonly title?: string
  readonly panels?: readonly Panel[]
  readonly targets?: readonly { readonly refId: string; readonly expr: string }[]
}

/** From the files that people import. */
function listQueries(): Query[] {
  const folder = path.join(ROOT, 'collector-config', 'grafana')
  const flatten = (panels: readonly Panel[]): Panel[] =>
    panels.flatMap((panel) => [panel, ...flatten(panel.panels ?? [])])
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return files.flatMap((file) => {
    const text = readFileSync(path.join(folder, file), 'utf8')
    const { uid, panels } = JSON.parse(text) as { uid: string; panels: Panel[] }
    return flatten(panels).flatMap(({ title, targets = [] }) =>
      targets.map(({ refId, expr }) => ({ panel: `${uid} / ${title}`, refId, expr })),
    )
  })
}

/** As Grafana does where every variable stands on "All". */
function fillVariables(expr: string): string {
  return expr
    .replaceAll('$__range', '1h')
    .replaceAll('$__rate_interval', '1m')
    .replaceAll(/\$[a-z]+/g, '.*')
}

const DIMENSIONS = {
  'spancost.tenant': 'acme',
  'spancost.team': 'search',
  'spancost.project': 'shop',
  'spancost.feature': 'answers',
}

/** 100 fresh tokens at 2.5, 60 cached at 1.25 and 10 out at 10: 250 + 75 + 100 = 425 millionths. */
function makeCall(id: number): SpanJson {
  const call = makeChatSpan(id, { model: 'gpt-4o', input: 160, cacheRead: 60, output: 10 })
  return { ...call, attributes: [...call.attributes, ...makeSpan(1, DIMENSIONS).attributes] }
}

/** An agent that says what its calls cost: 1000 x 2.5 + 100 x 10 = 3500 millionths. */
function makeAgent(): SpanJson {
  return makeSpan(100, {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 100,
  })
}

/** The call of the agent, the only one: the same 3500. */
function makeCallOfAgent(): SpanJson {
  const { traceId, spanId } = makeAgent()
  const call = makeChatSpan(101, { model: 'gpt-4o', input: 1000, output: 100 })
  return { ...call, traceId, parentSpanId: spanId }
}

async function countOperations(prometheus: Prometheus, operations: number): Promise<void> {
  await waitFor(`${operations} operations in Prometheus`, async () => {
    const [sum] = await prometheus.query('sum(spancost_operations_total)')
    return sum?.value[1] === String(operations) ? sum : undefined
  })
}

/** Something of everything: counted, restated, unpriced, refused, and most of it twice. */
async function feed(processor: Processor, prometheus: Prometheus): Promise<void> {
  const post = async (spans: SpanJson[]): Promise<void> =>
    expect((await sendTraces(processor.httpUrl, spans)).status).toBe(200)
  const refuse = (): Promise<unknown> =>
    send(`${processor.httpUrl}/v1/traces`, {
      headers: { 'content-type': 'application/x-protobuf' },
      body: 'nothing that could be read',
    })
  await post([makeCall(1), makeCall(2), makeAgent()])
  await refuse()
  // The agent settles, because nothing below it comes in time; what comes then takes it back.
  await countOperations(prometheus, 3)
  await post([
    makeCall(3),
    makeCallOfAgent(),
    makeChatSpan(4, { model: 'nobodys', input: 1, output: 1 }),
  ])
  await refuse()
  await countOperations(prometheus, 6)
}

describe('dashboards and rules', () => {
  test('show what the ledger has, in every panel', async (context) => {
    const folder = needTool(context, found)
    const backend = await startHttpBackend(() => ({ status: 200 }))
    const ledger = { settleAfter: '1s' }
    const processor = await startProcessor({ forward: forwardTo(backend), config: { ledger } })
    const prometheus = await startPrometheus(folder, new URL(processor.apiUrl).host, [RULES])
    await feed(processor, prometheus)

    // 3 x 425 + 3500: the agent's own 3500 were counted, and taken back.
    expect(await readSpend(processor)).toEqual({ operations: 5, cost: '0.004775' })
    expect((await readMetric(processor, 'spancost_cost_reversed_total')).size).toBeGreaterThan(0)
    const queries = listQueries()
    const readPanel = async (panel: string): Promise<number> => {
      const { expr } = queries.find((query) => query.panel === panel)!
      return Number((await prometheus.query(fillVariables(expr)))[0]?.value[1])
    }
    expect(await readPanel('spancost-overview / Spend')).toBeCloseTo(0.004775, 15)
    expect(await readPanel('spancost-overview / Operations')).toBe(5)
    expect(await readPanel('spancost-overview / Without a full price')).toBe(0.2)
    // 60 tokens thrice, at 1.25 instead of 2.5: 225 millionths.
    expect(await readPanel('spancost-tokens / What caching brought')).toBeCloseTo(0.000225, 15)

    // What an hour costs is asked for by the clock, so this call is of now, at whatever price.
    const now = `${Date.now() - 1000}000000`
    const recent = { ...makeCall(5), startTimeUnixNano: now, endTimeUnixNano: now }
    await sendTraces(processor.httpUrl, [recent])
    await countOperations(prometheus, 7)
    await waitFor('rate', async () => (await prometheus.query('spancost_cost_rate'))[0])

    const empty: string[] = []
    for (const { panel, refId, expr } of queries) {
      const samples = await prometheus.query(fillVariables(expr))
      const isFilled = samples.some(({ value }) => Number.isFinite(Number(value[1])))
      if (!isFilled) empty.push(`${panel} ${refId}`)
    }
    const expected = Object.entries(WITHOUT_HISTORY).flatMap(([panel, refIds]) =>
      refIds.map((refId) => `${panel} ${refId}`),
    )
    expect(empty.filter((query) => !query.startsWith(BUDGETS))).toEqual(expected)
    expect(queries.length - empty.length).toBeGreaterThan(40)

    const { groups } = (await prometheus.read('rules')) as {
      groups: { name: string; rules: { name: string; lastError?: string }[] }[]
    }
    const rules = groups.flatMap((group) => group.rules)
    expect(rules).toHaveLength(15)
    expect(rules.filter(({ lastError }) => lastError !== undefined)).toEqual([])
  })

  test('rules do what their tests say', async (context) => {
    const { code, output } = await testRules(needTool(context, found), RULE_TESTS)
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') })
  })
})
