/**
 * Dashboards and rules before a real Prometheus that scrapes a real processor: every query of every
 * panel gives figures, and these are the ledger's.
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

/** One in USD for all time, one in tokens for today, of one team. */
const BUDGETS = [
  { id: 'company', limit: { amount: '0.01' }, window: { period: 'total' } },
  {
    id: 'search',
    scope: { team: 'search' },
    limit: { tokens: 1000 },
    window: { period: 'day', zone: 'UTC' },
  },
]

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

interface Panels {
  readonly queries: readonly Query[]
  /** The figures of a query by the values of their labels; '' where they have none. */
  read(panel: string, refId?: string): Promise<Readonly<Record<string, number>>>
}

function createPanels(prometheus: Prometheus): Panels {
  const queries = listQueries()
  return {
    queries,
    async read(panel, refId = 'A') {
      const query = queries.find((each) => each.panel === panel && each.refId === refId)!
      const samples = await prometheus.query(fillVariables(query.expr))
      return Object.fromEntries(
        samples.map(({ metric, value }) => [Object.values(metric).join(' '), round(value[1])]),
      )
    },
  }
}

/** To 15 digits, as many as a double holds: Prometheus adds doubles up. */
function round(figure: string | number): number {
  return Number(Number(figure).toPrecision(15))
}

/** By every dimension: what the panel shows is what the API says. */
async function expectSpendBy(panels: Panels, { apiUrl }: Processor): Promise<void> {
  const prefix = 'spancost-overview / Spend by '
  const queries = panels.queries.filter(({ panel }) => panel.startsWith(prefix))
  expect(queries.length).toBeGreaterThan(5)
  for (const { panel } of queries) {
    const dimension = panel.slice(prefix.length)
    const answer = await fetch(`${apiUrl}/api/v1/spend?by=${dimension}`)
    const { rows } = (await answer.json()) as {
      rows: { labels: Record<string, string>; cost: { amount: string } }[]
    }
    const spend = rows
      .map(({ labels, cost }) => [labels[dimension] ?? '', round(cost.amount)] as const)
      // What has no such label is not shown, nor what has cost nothing.
      .filter(([value, cost]) => value !== '' && cost > 0)
    expect({ dimension, spend: await panels.read(panel) }).toEqual({
      dimension,
      spend: Object.fromEntries(spend),
    })
  }
}

/** 4775 millionths and another 425 for all; 170 tokens for the team today. */
async function expectBudgets(panels: Panels): Promise<void> {
  const read = async (refId: string) => {
    const figures = await panels.read('spancost-budgets / Present windows', refId)
    // The window of a day is `day:` and its date.
    return Object.fromEntries(
      Object.entries(figures).map(([name, figure]) => [name.replace(/:.*/, ''), figure]),
    )
  }
  await waitFor('budgets', async () => {
    expect(await read('B')).toEqual({ 'company total': 0.0052, 'search day': 170 })
    return true
  })
  expect(await read('A')).toEqual({ 'company total': 0.01, 'search day': 1000 })
  expect(await read('C')).toEqual({ 'company total': 0, 'search day': 0 })
  expect(await read('E')).toEqual({ 'company total': 0.52, 'search day': 0.17 })
}

describe('dashboards and rules', () => {
  test('show what the ledger has, in every panel', async (context) => {
    const folder = needTool(context, found)
    const backend = await startHttpBackend(() => ({ status: 200 }))
    const config = {
      ledger: { settleAfter: '1s' },
      budgets: BUDGETS,
      alerts: { interval: '1s' },
    }
    const processor = await startProcessor({ forward: forwardTo(backend), config })
    const prometheus = await startPrometheus(folder, new URL(processor.apiUrl).host, [RULES])
    await feed(processor, prometheus)

    // 3 x 425 + 3500: the agent's own 3500 were counted, and taken back.
    expect(await readSpend(processor)).toEqual({ operations: 5, cost: '0.004775' })
    expect((await readMetric(processor, 'spancost_cost_reversed_total')).size).toBeGreaterThan(0)
    const panels = createPanels(prometheus)
    expect(await panels.read('spancost-overview / Spend')).toEqual({ '': 0.004775 })
    expect(await panels.read('spancost-overview / Operations')).toEqual({ '': 5 })
    expect(await panels.read('spancost-overview / Cost per operation')).toEqual({ '': 0.000955 })
    expect(await panels.read('spancost-overview / Without a full price')).toEqual({ '': 0.2 })
    // 3 x 170, 1100 and 2; of the input, 3 x 160, 1000 and 1, are 180 from a cache.
    expect(await panels.read('spancost-tokens / Tokens')).toEqual({ '': 1612 })
    expect(await panels.read('spancost-tokens / Prompt to completion')).toEqual({
      '': round(1481 / 131),
    })
    expect(await panels.read('spancost-tokens / Read from cache')).toEqual({
      '': round(180 / 1481),
    })
    // 60 tokens thrice, at 1.25 instead of 2.5: 225 millionths.
    expect(await panels.read('spancost-tokens / What caching brought')).toEqual({ '': 0.000225 })
    await expectSpendBy(panels, processor)

    // What an hour costs is asked for by the clock, so this call is of now, at whatever price.
    const now = `${Date.now() - 1000}000000`
    const recent = { ...makeCall(5), startTimeUnixNano: now, endTimeUnixNano: now }
    await sendTraces(processor.httpUrl, [recent])
    await countOperations(prometheus, 7)
    await waitFor('rate', async () => (await prometheus.query('spancost_cost_rate'))[0])
    // Forecasts are made every five minutes from the start on, and of nothing there is none.
    await processor.stop()
    await processor.restart()
    await expectBudgets(panels)

    const empty: string[] = []
    for (const { panel, refId } of panels.queries) {
      const figures = Object.values(await panels.read(panel, refId))
      if (!figures.some(Number.isFinite)) empty.push(`${panel} ${refId}`)
    }
    const expected = Object.entries(WITHOUT_HISTORY).flatMap(([panel, refIds]) =>
      refIds.map((refId) => `${panel} ${refId}`),
    )
    expect(empty).toEqual(expected)
    expect(panels.queries.length - empty.length).toBeGreaterThan(40)

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
