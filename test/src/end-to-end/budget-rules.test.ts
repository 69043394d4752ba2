/**
 * Alert rules made of budgets: real promtool reads them, a real Prometheus that scrapes a processor
 * fires them, and a real Alertmanager gets them, and what the processor itself tells it.
 */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { startAlertmanager, type ReceivedAlert } from './alertmanager.ts'
import { makeFolder, stopAfterEach, waitFor } from './children.ts'
import { runSpancost } from './cli.ts'
import { startProcessor } from './processor.ts'
import { checkRules, startPrometheus } from './prometheus.ts'
import { makeChatSpan, sendTraces } from './requests.ts'
import { findTool, needTool, type FoundTool } from './tools.ts'

stopAfterEach()

let tools: { readonly prometheus: FoundTool; readonly alertmanager: FoundTool }
beforeAll(async () => {
  tools = {
    prometheus: await findTool('prometheus'),
    alertmanager: await findTool('alertmanager'),
  }
})

/** Prometheus expands templates in what it tells; this must come out as it is. */
const NAME = 'Search {{ .Labels }} <team>'

const BUDGETS = [
  {
    id: 'search',
    name: NAME,
    owner: 'olga@example.com',
    limit: { amount: '0.005' },
    window: { period: 'total' },
  },
  { id: 'others', limit: { amount: '1' }, window: { period: 'total' } },
]

async function waitForAlerts(
  read: () => Promise<readonly ReceivedAlert[]>,
  name: string,
  count: number,
): Promise<readonly ReceivedAlert[]> {
  return waitFor(
    `${count} alerts ${name}`,
    async () => {
      const found = (await read()).filter(({ labels }) => labels['alertname'] === name)
      return found.length >= count ? found : undefined
    },
    { limitMs: 40_000 },
  )
}

test('what budgets warn of reaches Alertmanager, by Prometheus and directly', async (context) => {
  const prometheusFolder = needTool(context, tools.prometheus)
  const alertmanager = await startAlertmanager(needTool(context, tools.alertmanager))
  const alerts = {
    channels: { people: { type: 'alertmanager', url: `http://${alertmanager.address}` } },
    routes: [{ channel: 'people' }],
    interval: '1s',
  }
  const processor = await startProcessor({ config: { budgets: BUDGETS, alerts } })
  const written = await runSpancost(['budget', 'rules', '--api', processor.apiUrl])
  expect(written).toMatchObject({ code: 0, stderr: '' })
  const rules = path.join(await makeFolder(), 'budgets.yaml')
  await writeFile(rules, written.stdout)
  // Two budgets, eight thresholds each.
  expect(await checkRules(prometheusFolder, rules)).toMatchObject({
    code: 0,
    output: expect.stringContaining('16 rules found') as unknown,
  })

  const target = new URL(processor.apiUrl).host
  const prometheus = await startPrometheus(prometheusFolder, target, [rules], alertmanager.address)
  // 1000 x 2.5 + 160 x 10 = 4100 millionths of a USD: 82 % of the first, 0.41 % of the second.
  const call = makeChatSpan(1, { model: 'gpt-4o', input: 1000, output: 160 })
  expect((await sendTraces(processor.httpUrl, [call])).status).toBe(200)

  const fired = await waitForAlerts(alertmanager.read, 'SpancostBudgetSpent', 2)
  const thresholds = fired.map(({ labels }) => labels['threshold'])
  expect(new Set(thresholds)).toEqual(new Set(['50', '80']))
  expect(fired.find(({ labels }) => labels['threshold'] === '80')).toMatchObject({
    labels: {
      severity: 'warning',
      action: 'notify',
      owner: 'olga@example.com',
      spancost_budget_id: 'search',
      spancost_budget_window: 'total',
    },
    annotations: { summary: `Budget ${NAME} is used to 82%` },
  })
  const told = await waitForAlerts(alertmanager.read, 'Spancost', 2)
  expect(new Set(told.map(({ annotations }) => annotations['summary']))).toEqual(
    new Set([`Budget ${NAME} is used to 50 %`, `Budget ${NAME} is used to 80 %`]),
  )

  const { groups } = (await prometheus.read('rules')) as {
    groups: { rules: { name: string; health: string; lastError?: string }[] }[]
  }
  const unwell = groups.flatMap((group) => group.rules).filter(({ health }) => health !== 'ok')
  expect(unwell).toEqual([])
})
