/** Budgets and alerts on the page, in a real browser: asked for, refused, approved, acknowledged. */
import { createHash } from 'node:crypto'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import type { Browser } from 'playwright-core'
import { expectAccessible, openBrowser, visit } from './browser.ts'
import { stopAfterEach } from './children.ts'
import { findEndpoints, startProcessor, type Processor } from './processor.ts'
import { encodeTraces, makeSpan, makeTraces, PROTOBUF, send } from './requests.ts'

stopAfterEach()

let found: Awaited<ReturnType<typeof openBrowser>>
beforeAll(async () => {
  found = await openBrowser()
})
afterAll(async () => {
  if (found !== undefined && 'browser' in found) await found.browser.close()
})

/** Skips the test where there is no Chromium, and says why. */
function needBrowser(context: TestContext): Browser {
  return 'missing' in found ? context.skip(found.missing) : found.browser
}

const HOSTILE = '"><img src=x onerror="window.pwned = 1"><script>window.pwned = 1</script>'

/** A call of gpt-4o with 1000 tokens in and 100 out, now: 0.0025 + 0.001 = 0.0035 USD. */
async function callOnce(processor: Processor, user: string, id = 1): Promise<void> {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-4o',
    'gen_ai.response.model': 'gpt-4o',
    'gen_ai.usage.input_tokens': 1000,
    'gen_ai.usage.output_tokens': 100,
    'user.id': user,
  }
  const now = `${Date.now()}000000`
  const span = {
    ...makeSpan(id, attributes, { traceOf: id }),
    startTimeUnixNano: now,
    endTimeUnixNano: now,
  }
  const body = encodeTraces(makeTraces([span]))
  const headers = { 'content-type': PROTOBUF }
  const { status } = await send(`${processor.httpUrl}/v1/traces`, { headers, body })
  expect(status).toBe(200)
}

describe('budgets and alerts', () => {
  test('are shown with what is left, and told threshold by threshold', async (context) => {
    const browser = needBrowser(context)
    const month = { period: 'total' }
    const budgets = [
      { id: 'all', name: HOSTILE, limit: { amount: '0.007' }, window: month },
      { id: 'per-user', each: ['user'], limit: { operations: 1 }, window: month },
    ]
    const processor = await startProcessor({ config: { budgets, alerts: { interval: '1s' } } })
    await callOnce(processor, HOSTILE)
    const { page, complaints, close } = await visit(browser, `${processor.apiUrl}/#/budgets`)
    const table = page.getByRole('table', { name: 'Budgets and where they stand' })
    const row = table.getByRole('row', { name: HOSTILE })
    // The name of the one, and who has used most of the other.
    expect(await row.count()).toBe(2)
    expect(await row.first().innerText()).toMatch(/alert\s+50\.0 %\s+\$0\.007\d*\s+\$0\.0035/)
    expect(await row.last().innerText()).toMatch(/exhausted\s+100\.0 %\s+1 operations/)
    await expectAccessible(page, axe.source)

    await table.getByRole('link', { name: HOSTILE }).click()
    const counters = page.getByRole('table', { name: 'Counters of the present window' })
    expect(await counters.getByRole('row').last().innerText()).toMatch(
      /\$0\.0035\s+\$0\s+\$0\.0035/,
    )
    await expectAccessible(page, axe.source)
    await counters.getByRole('link', { name: 'total' }).click()
    const tile = page.getByRole('region', { name: 'In this range' })
    await expect.poll(() => tile.innerText()).toContain('$0.0035')

    await page.getByRole('link', { name: 'Alerts' }).click()
    const alert = page.getByRole('listitem').filter({ hasText: 'all: reached 50 %' })
    await expect.poll(() => alert.innerText()).toContain('open')
    const ofUser = page.getByRole('listitem').filter({ hasText: `per-user for ${HOSTILE}` })
    expect(await ofUser.count()).toBeGreaterThan(0)
    await expectAccessible(page, axe.source)
    await alert.getByRole('button', { name: 'Acknowledge' }).click()
    await expect.poll(() => alert.innerText()).toMatch(/known[^]*acknowledged by local/)
    await alert.getByRole('button', { name: '8 h' }).click()
    await expect.poll(() => alert.innerText()).toMatch(/snoozed until \d{4}-/)

    expect(await page.evaluate('window.pwned')).toBeUndefined()
    expect(complaints).toEqual([])
    await close()
  })

  test('of patterns lead to the spend that fits, and the overview knows filters', async (context) => {
    const browser = needBrowser(context)
    const budgets = [
      { id: 'a', scope: { user: ['a*'] }, limit: { amount: '1' }, window: { period: 'total' } },
      { id: 'each', scope: { user: ['*'] }, each: ['user'], limit: { operations: 4 } },
    ].map((budget) => ({ window: { period: 'total' }, ...budget }))
    const processor = await startProcessor({ config: { budgets } })
    for (const [at, user] of ['anna', 'axel', 'axel', 'bob'].entries()) {
      await callOnce(processor, user, at + 1)
    }
    const { page, complaints, close } = await visit(browser, `${processor.apiUrl}/#/budgets/a`)
    const counters = page.getByRole('table', { name: 'Counters of the present window' })
    await counters.getByRole('link', { name: 'total' }).click()
    const tile = page.getByRole('region', { name: 'In this range' })
    await expect.poll(() => tile.innerText()).toContain('3 operations')

    await page.goto(`${processor.apiUrl}/#/budgets/each`)
    await counters.getByRole('link', { name: 'axel' }).click()
    await expect.poll(() => tile.innerText()).toContain('2 operations')
    const against = page.getByRole('region', { name: 'Against budgets' })
    expect(await against.innerText()).toMatch(/50\.0 %\s+of each/)
    await page.goto(`${processor.apiUrl}/#/?where=model%3Dgpt-4o`)
    await expect.poll(() => against.innerText()).toContain('no budget is for this alone')
    expect(complaints).toEqual([])
    await close()
  })

  test('whoever may see one team sees nothing of others, on any page', async (context) => {
    const browser = needBrowser(context)
    const sha256 = createHash('sha256').update('for-anna-only').digest('hex')
    const tokens = [{ name: 'anna', sha256, roles: ['viewer'], labels: { user: 'anna' } }]
    const endpoints = await findEndpoints()
    const window = { period: 'total' }
    const budgets = [
      { id: 'secret', scope: { user: ['secret-bob'] }, limit: { amount: '0.001' }, window },
      { id: 'each', each: ['user'], limit: { operations: 1 }, window },
      { id: 'hers', scope: { user: ['anna'] }, limit: { operations: 5 }, window },
    ]
    const config = { api: { endpoint: endpoints.api, tokens }, budgets, alerts: { interval: '1s' } }
    const processor = await startProcessor({ config }, endpoints)
    await callOnce(processor, 'anna', 1)
    await callOnce(processor, 'secret-bob', 2)
    const { page, close } = await visit(browser, processor.apiUrl)
    await page.getByLabel('Token').fill('for-anna-only')
    await page.getByRole('button', { name: 'Continue' }).click()
    const tile = page.getByRole('region', { name: 'In this range' })
    await expect.poll(() => tile.innerText()).toContain('1 operation')
    const traceOf = (id: number) => `trace/${makeSpan(id, {}, { traceOf: id }).traceId}`
    const paths = ['', traceOf(1), traceOf(2), 'budgets', 'budgets/hers', 'budgets/each']
    for (const path of [...paths, 'budgets/secret', 'prices', 'alerts', 'held']) {
      await page.goto(`${processor.apiUrl}/#/${path}`)
      await page.waitForLoadState('networkidle')
      const text = await page.locator('main').innerText()
      expect([path, text]).not.toEqual([path, expect.stringMatching(/bob|0\.0070/)])
      expect([path, text.length > 20]).toEqual([path, true])
      await expectAccessible(page, axe.source)
    }
    await page.goto(`${processor.apiUrl}/#/?where=user%3Dsecret-bob`)
    await expect.poll(() => tile.innerText()).toContain('0 operations')
    await close()
  })

  test('are asked for by one and approved by another, with reasons', async (context) => {
    const browser = needBrowser(context)
    const makeToken = (name: string, roles: string[]) => {
      const sha256 = createHash('sha256').update(`${name}-has-a-token`).digest('hex')
      return { name, sha256, roles }
    }
    const tokens = [
      makeToken('rob', ['viewer', 'requester', 'finance_director']),
      makeToken('dora', ['viewer', 'finance_director']),
    ]
    const endpoints = await findEndpoints()
    const processor = await startProcessor(
      {
        config: {
          api: { endpoint: endpoints.api, tokens },
          approvals: [{ role: 'finance_director', alertAt: 90 }],
        },
      },
      endpoints,
    )
    const enter = async (name: string) => {
      const { page, close } = await visit(browser, `${processor.apiUrl}/#/budgets`)
      await page.getByLabel('Token').fill(`${name}-has-a-token`)
      await page.getByRole('button', { name: 'Continue' }).click()
      return { page, close }
    }

    const rob = await enter('rob')
    await rob.page.getByText('Ask for a budget').click()
    const form = rob.page.getByRole('region', { name: 'Ask for a budget' })
    await form.getByLabel('id').fill('Not An Id')
    await form.getByLabel('limit').fill('1,250.50')
    await form.getByLabel('currency').fill('eur')
    await form.getByLabel('scope').fill('team=search model=gpt-* model=claude-*')
    await form.getByLabel('reason').fill(HOSTILE)
    await expectAccessible(rob.page, axe.source)
    await form.getByRole('button', { name: 'Ask' }).click()
    // As the API says it.
    await expect
      .poll(() => form.getByRole('alert').innerText())
      .toBe('budget.id: an id is up to 64 of a-z, 0-9, `-`, `_` and `.`')
    await form.getByLabel('id').fill('search')
    await form.getByRole('button', { name: 'Ask' }).click()
    const budget = rob.page.getByRole('region', { name: 'Budget search' })
    await expect.poll(() => budget.innerText()).toMatch(/pending[^]*1,250\.5 EUR each month/)
    expect(await budget.innerText()).toContain('team = search, and model = gpt-* or claude-*')
    const history = rob.page.getByRole('region', { name: 'What happened' })
    await expect.poll(() => history.innerText()).toContain(HOSTILE)
    await rob.page.getByRole('button', { name: 'Approve' }).click()
    const decide = rob.page.getByRole('region', { name: 'Decide' })
    await expect.poll(() => decide.getByRole('alert').innerText()).toMatch(/rob/)
    await expectAccessible(rob.page, axe.source)
    await rob.close()

    const dora = await enter('dora')
    await dora.page.getByRole('link', { name: 'search' }).click()
    await dora.page.getByLabel('reason').fill('fits the year')
    await dora.page.getByRole('button', { name: 'Approve' }).click()
    const approved = dora.page.getByRole('region', { name: 'What happened' })
    await expect.poll(() => approved.innerText()).toMatch(/approved by dora\s+.?fits the year/)
    await expect
      .poll(() => dora.page.getByRole('region', { name: 'Budget search' }).innerText())
      .toContain('active')
    await dora.page.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => approved.innerText()).toMatch(/closed by dora/)
    expect(await dora.page.evaluate('window.pwned')).toBeUndefined()
    await dora.close()
  })
})
