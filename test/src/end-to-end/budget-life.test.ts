/**
 * The whole life of a budget, through the command line, the API and restarts of a real processor,
 * by a clock that the test sets: asked for, approved at the right rank, warned of once, exhausted,
 * open again in the next window, closed; and every step is in the audit.
 */
import { createHash, createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder, stopAfterEach, waitFor } from './children.ts'
import { runSpancost, type Outcome } from './cli.ts'
import { findEndpoints, startProcessor, type Processor } from './processor.ts'
import { makeChatSpan, makeSpan, sendTraces, type SpanJson } from './requests.ts'
import { startHookSink, startMailSink, type Hook } from './sinks.ts'

stopAfterEach()

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NOON = Date.parse('2026-11-20T11:00:00Z')

const PEOPLE = {
  rob: ['requester', 'viewer'],
  mia: ['project_manager', 'viewer'],
  dora: ['finance_director', 'viewer'],
  app: ['decider'],
}

/** 2 USD a day, by the clock of Berlin. */
const BUDGET = `
id: search
name: Search team
scope: { team: search }
limit: { amount: "2" }
window: { period: day, zone: Europe/Berlin }
owner: olga@example.com
`

interface Clock {
  readonly env: Readonly<Record<string, string>>
  set(unixMs: number): Promise<void>
}

async function createClock(): Promise<Clock> {
  const file = path.join(await makeFolder(), 'clock')
  const preload = new URL('../../dist/faults/clock.js', import.meta.url).href
  return {
    env: { SPANCOST_TEST_CLOCK: file, NODE_OPTIONS: `--import=${preload}` },
    set: (unixMs) => writeFile(file, String(unixMs - Date.now())),
  }
}

async function start(clock: Clock, mailUrl: string, hookUrl: string): Promise<Processor> {
  const endpoints = await findEndpoints()
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const tokens = Object.entries(PEOPLE).map(([name, roles]) => ({
    name,
    roles,
    sha256: hash(name),
  }))
  const people = { from: 'spancost@example.com', to: ['finance@example.com'] }
  const config = {
    api: { endpoint: endpoints.api, tokens },
    approvals: [
      { role: 'project_manager', upTo: '1', alertAt: 85 },
      { role: 'finance_director', alertAt: 80 },
    ],
    alerts: {
      channels: {
        mail: { type: 'email', url: mailUrl, ...people },
        hook: { type: 'webhook', url: hookUrl, secret: SECRET },
      },
      routes: [{ channel: 'mail' }, { channel: 'hook' }],
      interval: '1s',
    },
  }
  return startProcessor({ config, env: clock.env }, endpoints)
}

function run(who: string, { apiUrl }: Processor, ...args: string[]): Promise<Outcome> {
  return runSpancost(['budget', ...args, '--api', apiUrl], { env: { SPANCOST_TOKEN: who } })
}

async function ask(who: string, { apiUrl }: Processor, where: string, body?: object) {
  const answer = await fetch(`${apiUrl}/api/v1${where}`, {
    headers: { authorization: `Bearer ${who}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

async function decide(processor: Processor, requestId: string): Promise<unknown> {
  const dimensions = { team: 'search' }
  const call = { provider: 'openai', model: 'gpt-4o', inputTokens: 1000, maxOutputTokens: 100 }
  const { body } = await ask('app', processor, '/decisions', { requestId, dimensions, ...call })
  return [body['decision'], body['reason']]
}

/**
 * Until the processor has looked at its budgets and found so much spent. The look before, and what
 * it told, is finished then; a kill in the middle of telling may tell again.
 */
function waitForLook({ apiUrl }: Processor, spent: string): Promise<unknown> {
  const headers = { authorization: 'Bearer rob' }
  return waitFor(`a look at ${spent} USD`, async () => {
    const shown = await (await fetch(`${apiUrl}/metrics`, { headers })).text()
    const line = shown.split('\n').find((each) => each.startsWith('spancost_budget_spent{'))
    return line?.includes(` ${spent}`) ? line : undefined
  })
}

/** So many tokens of gpt-4o at 2.5 USD a million, at an instant. */
function makeCall(id: number, input: number, unixMs: number): SpanJson {
  const call = makeChatSpan(id, { model: 'gpt-4o', input, output: 0 })
  const { attributes } = makeSpan(1, { 'spancost.team': 'search' })
  const at = `${unixMs}000000`
  const times = { startTimeUnixNano: at, endTimeUnixNano: at }
  return { ...call, ...times, attributes: [...call.attributes, ...attributes] }
}

/** As the specification of Standard Webhooks says: HMAC-SHA-256 of id, time and body. */
function sign({ headers, body }: Hook): string {
  const key = Buffer.from(SECRET.slice('whsec_'.length), 'base64')
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

const WARNED = '[warning] Budget Search team is used to 80 %'
const EXHAUSTED = '[critical] Budget Search team is used to 100 %'
/** At noon, as so much was spent in half a day. */
const FORECAST = '[warning] Budget Search team is forecast to reach 100 %'
const OVER = '[resolved] Budget search: the window is over'

test('a budget lives', { timeout: 240_000 }, async () => {
  const clock = await createClock()
  await clock.set(NOON)
  const [mail, hook] = [await startMailSink(), await startHookSink()]
  const subjects = (): string[] => mail.mails.map(({ subject }) => subject)
  const waitForNotice = (wanted: string, count = 1): Promise<unknown> =>
    waitFor(
      wanted,
      async () => {
        const mailed = subjects().filter((each) => each === wanted)
        const isHooked = hook.hooks.length >= mail.mails.length
        return mailed.length >= count && isHooked ? true : undefined
      },
      { describe: () => subjects().join('\n') },
    )
  let processor = await start(clock, mail.url, hook.url)

  // Asked for; nothing is refused yet.
  const file = path.join(await makeFolder(), 'search.yaml')
  await writeFile(file, BUDGET)
  const requested = await run('rob', processor, 'request', file, '--why', 'new index')
  expect(requested).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('pending') as unknown,
  })
  expect(await decide(processor, 'r0')).toEqual(['allow', undefined])
  await processor.stop('SIGKILL')
  processor = await processor.restart()

  // Approved by the right rank only, and by nobody for themselves.
  const lacking = '"search" needs finance_director or admin; "mia" has project_manager, viewer'
  expect(await run('mia', processor, 'approve', 'search')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`403: ${lacking}`) as unknown,
  })
  expect((await run('rob', processor, 'approve', 'search')).code).toBe(1)
  await clock.set(NOON + 60_000)
  const approved = await ask('dora', processor, '/budgets/search/approve', { why: 'fits the plan' })
  expect(approved).toMatchObject({ status: 200, body: { life: 'approved', state: 'active' } })
  await processor.stop()
  processor = await processor.restart()

  // 640 000 tokens cost 1.6 USD: 80 %, told once by each channel, whatever restarts. A start makes
  // forecasts.
  await sendTraces(processor.httpUrl, [makeCall(1, 640_000, NOON)])
  await waitForNotice(WARNED)
  await sendTraces(processor.httpUrl, [makeCall(2, 1, NOON)])
  await waitForLook(processor, '1.6000025')
  await processor.stop('SIGKILL')
  processor = await processor.restart()
  expect(await decide(processor, 'r1')).toEqual(['allow', undefined])

  // Another 159 999, and it is exhausted.
  await sendTraces(processor.httpUrl, [makeCall(3, 159_999, NOON)])
  await waitForNotice(EXHAUSTED)
  expect(await decide(processor, 'r2')).toEqual(['deny', 'limit'])
  expect((await run('rob', processor, 'show', 'search')).stdout).toMatch(/exhausted.*100 %/)
  await processor.stop()
  processor = await processor.restart()
  expect(await ask('app', processor, '/decisions/r2')).toMatchObject({
    body: { decision: 'deny', reason: 'limit', budget: 'search', window: 'day:2026-11-20' },
  })

  // Midnight in Berlin is 23:00 UTC.
  await clock.set(Date.parse('2026-11-20T22:59:00Z'))
  expect(await decide(processor, 'r3')).toEqual(['deny', 'limit'])
  await clock.set(Date.parse('2026-11-20T23:00:05Z'))
  expect(await decide(processor, 'r4')).toEqual(['allow', undefined])
  await waitForNotice(OVER, 3)
  expect((await ask('rob', processor, '/budgets/search')).body).toMatchObject({
    state: 'active',
    counters: [{ window: { id: 'day:2026-11-21' }, spent: { amount: '0', currency: 'USD' } }],
  })
  const closed = await run('dora', processor, 'close', 'search', '--why', 'the index is built')
  expect(closed).toMatchObject({ code: 0 })
  await processor.stop()
  processor = await processor.restart()

  // Every step, with who, when and why; and all that anybody was told.
  const audit = await run('rob', processor, 'audit', 'search', '--json')
  const { steps } = JSON.parse(audit.stdout) as { steps: Record<string, string>[] }
  expect(steps.map(({ what, who, why }) => [what, who, why])).toEqual([
    ['closed', 'dora', 'the index is built'],
    ['approved', 'dora', 'fits the plan'],
    ['requested', 'rob', 'new index'],
  ])
  // The clock of the test goes on, so the seconds differ.
  expect(steps.map(({ at = '' }) => at.slice(0, 16))).toEqual([
    '2026-11-20T23:00',
    '2026-11-20T11:01',
    '2026-11-20T11:00',
  ])
  expect(subjects().toSorted()).toEqual([EXHAUSTED, OVER, OVER, OVER, FORECAST, WARNED])
  expect(new Set(mail.mails.flatMap(({ to }) => to))).toEqual(new Set(['finance@example.com']))
  const told = hook.hooks.map(({ body }) => JSON.parse(body) as { status: string; level: string })
  expect(told.map(({ status, level }) => `${status} ${level}`).toSorted()).toEqual([
    'firing critical',
    'firing warning',
    'firing warning',
    'resolved info',
    'resolved info',
    'resolved info',
  ])
  for (const each of hook.hooks) expect(each.headers['webhook-signature']).toBe(sign(each))
  await processor.stop()
  expect(await processor.verify()).toBe('')
})
