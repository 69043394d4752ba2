/** The page in a real browser: from where the money went to why one call costs what it costs. */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import axe from 'axe-core'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import type { Browser } from 'playwright-core'
import { expectAccessible, openBrowser, visit } from './browser.ts'
import { stopAfterEach } from './children.ts'
import { findEndpoints, startProcessor, type Processor } from './processor.ts'
import { encodeTraces, makeSpan, makeTraces, PROTOBUF, send, type SpanJson } from './requests.ts'

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

interface CallOptions {
  readonly model: string
  readonly traceOf: number
  readonly parent?: number
  readonly more?: Readonly<Record<string, string>>
}

/** A call of 1000 fresh, 200 cached tokens in and 100 out, one after the other within the last hour. */
function makeCall(id: number, { model, more = {}, ...place }: CallOptions): SpanJson {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': model,
    'gen_ai.response.model': model,
    'gen_ai.usage.input_tokens': 1200,
    'gen_ai.usage.cache_read.input_tokens': 200,
    'gen_ai.usage.output_tokens': 100,
    ...more,
  }
  const startMs = Date.now() - 3_600_000 + id * 600
  return {
    ...makeSpan(id, attributes, place),
    name: `call ${id}`,
    startTimeUnixNano: `${startMs}000000`,
    endTimeUnixNano: `${startMs + 250}000000`,
  }
}

async function load(processor: Processor, spans: SpanJson[], service = 'shop'): Promise<void> {
  const body = encodeTraces(makeTraces(spans, service))
  const headers = { 'content-type': PROTOBUF }
  const { status } = await send(`${processor.httpUrl}/v1/traces`, { headers, body })
  expect(status).toBe(200)
}

/**
 * gpt-4o at 2.5, 1.25 cached and 10 USD a million: 0.0025 + 0.00025 + 0.001 = 0.00375 each; two of
 * them below the first, and one call of a model without a price.
 */
async function loadShop(processor: Processor): Promise<void> {
  const team = { 'spancost.team': 'search' }
  await load(processor, [
    makeCall(1, { model: 'gpt-4o', traceOf: 0xa1, more: team }),
    makeCall(2, { model: 'gpt-4o', traceOf: 0xa1, parent: 1, more: team }),
    makeCall(3, { model: 'gpt-4o', traceOf: 0xa1, parent: 2 }),
    makeCall(4, { model: 'model-of-nobody', traceOf: 0xa4 }),
  ])
}

/** What a browser fetches before it can show anything, compressed. */
const MOST_BYTES = 60_000

describe('the page', () => {
  test('is small', async () => {
    const processor = await startProcessor()
    const bodies = new Map<string, string>()
    const take = async (name: string): Promise<void> => {
      const text = await (await fetch(processor.apiUrl + name)).text()
      bodies.set(name, text)
      for (const [asset] of text.matchAll(/\/assets\/[\w.-]+\.(?:js|css)/g)) {
        if (!bodies.has(asset)) await take(asset)
      }
    }
    await take('/')
    expect([...bodies.keys()].map((name) => path.extname(name)).toSorted()).toEqual([
      '',
      '.css',
      '.js',
    ])
    const sizes = [...bodies.values()].map((text) => gzipSync(text).length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(MOST_BYTES)
  })

  test('shows as many rows as can be read, and says how many more there are', async (context) => {
    const browser = needBrowser(context)
    const processor = await startProcessor()
    const users = Array.from({ length: 512 }, (_, index) => index + 1)
    await load(
      processor,
      users.map((id) =>
        makeCall(id, { model: 'gpt-4o', traceOf: id, more: { 'user.id': `u${id}` } }),
      ),
    )
    const { page, complaints, close } = await visit(browser, processor.apiUrl)
    const panel = page.getByRole('region', { name: 'By user' })
    expect(await panel.getByRole('row').count()).toBe(9)
    await panel.getByRole('button', { name: 'Show the first 500 of 512' }).click()
    expect(await panel.getByRole('row').count()).toBe(501)
    expect(await panel.innerText()).toContain('and 12 more, which cost less')
    expect(complaints).toEqual([])
    await close()
  })

  test('tells what is held, and leads to it', async (context) => {
    const browser = needBrowser(context)
    const processor = await startProcessor()
    const agent = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'planner' }
    await load(processor, [
      makeCall(1, { model: 'gpt-4o', traceOf: 0xa1 }),
      makeCall(2, { model: 'gpt-4o', traceOf: 0xa2, more: agent }),
    ])
    const { page, complaints, close } = await visit(browser, processor.apiUrl)
    const tile = page.getByRole('region', { name: 'Held' })
    await expect.poll(() => tile.innerText()).toMatch(/50\.0 %\s+1 agent, \$0\.00375/)
    await tile.getByRole('link').click()
    const table = page.getByRole('table', { name: 'Held agents' })
    await expect.poll(() => table.getByRole('row').last().innerText()).toContain('0.00375')
    await expectAccessible(page, axe.source)
    await table.getByRole('link', { name: 'call 2' }).click()
    await expect.poll(() => page.locator('main').innerText()).toContain('held')
    expect(complaints).toEqual([])
    await close()
  })

  test('leads from the spend to the price, and is open to everybody', async (context) => {
    const browser = needBrowser(context)
    const processor = await startProcessor()
    await loadShop(processor)
    const { page, requests, complaints, close } = await visit(browser, processor.apiUrl)
    const tile = page.getByRole('region', { name: 'In this range' })
    expect(await tile.innerText()).toContain('$0.0113')
    expect(await tile.getByTitle('0.01125 USD').count()).toBe(1)
    expect(await tile.innerText()).toContain('4 operations, 1 without a price')
    // 200 cached tokens of three calls, at 1.25 USD less a million; all of them cost the same.
    const saved = page.getByRole('region', { name: 'Saved by caches' })
    await expect.poll(() => saved.innerText()).toContain('$0.00075')
    const each = page.getByRole('region', { name: 'Cost per operation' })
    expect(await each.getByRole('row', { name: 'all' }).innerText()).toMatch(
      /(?:0\.00375\s+){4}3\s+0\.00075$/,
    )
    await saved.getByRole('link').click()
    await expect.poll(() => page.evaluate('scrollY')).toBeGreaterThan(0)
    expect(await each.getByRole('row', { name: 'gpt-4o' }).innerText()).toContain('0.00075')
    const expected = page.getByRole('region', { name: 'Expected this month' })
    await expect.poll(() => expected.innerText()).toMatch(/\$0\.\d+/)
    const models = page.getByRole('region', { name: 'By model' })
    expect(await models.getByRole('row', { name: 'model-of-nobody' }).innerText()).toContain(
      'unknown',
    )
    await expectAccessible(page, axe.source)

    await page
      .getByRole('region', { name: 'By team' })
      .getByRole('link', { name: 'search' })
      .click()
    await expect.poll(() => tile.innerText()).toContain('$0.0075')
    expect(page.url()).toContain('where=team%3Dsearch')

    await page
      .getByRole('region', { name: 'Most expensive traces' })
      .getByRole('link')
      .first()
      .click()
    const tree = page.getByRole('treegrid', { name: 'Spans' })
    await tree.getByRole('row', { name: 'call 1' }).click()
    // Itself and the two below it; the second and third have less.
    const texts = await tree.getByRole('row').allInnerTexts()
    const costs = texts.slice(1).map((text) => text.match(/0\.\d+/g))
    expect(costs).toEqual([
      ['0.00375', '0.0113'],
      ['0.00375', '0.0075'],
      ['0.00375', '0.00375'],
    ])
    const why = page.getByRole('complementary', { name: 'The chosen span' })
    expect(await why.getByRole('row', { name: 'cache_read' }).innerText()).toMatch(
      /200\s+1\.25 \/ 1M\s+0\.00025/,
    )
    await expectAccessible(page, axe.source)

    await why.getByRole('link', { name: 'openai/gpt-4o' }).click()
    const price = page.getByRole('region', { name: 'Price of gpt-4o' })
    expect(await price.getByRole('row', { name: 'output' }).innerText()).toMatch(/10\s+0\.00001/)
    const unpriced = page.getByRole('region', { name: 'What has no price, and what to add' })
    // Of that team everything has one; of all, one model has none.
    await expect.poll(() => unpriced.innerText()).toContain('Everything in this range has a price')
    await page.getByRole('link', { name: 'Take away the filter on team' }).click()
    await expect.poll(() => unpriced.innerText()).toContain('model-of-nobody')
    await expectAccessible(page, axe.source)

    expect(complaints).toEqual([])
    expect(new Set(requests.map((url) => new URL(url).origin))).toEqual(new Set([processor.apiUrl]))
    await close()
  })

  test('shows what spans say as text, whatever they say', async (context) => {
    const browser = needBrowser(context)
    const processor = await startProcessor()
    const script = '<script>window.pwned = 1</script>'
    const image = '"><img src=x onerror="window.pwned = 1">'
    const backwards = '\u202egnirts lortnoc'
    const long = 'x'.repeat(10_000)
    const hostile = { 'spancost.tenant': image, 'spancost.team': backwards, 'user.id': long }
    await load(
      processor,
      [
        { ...makeCall(1, { model: script, traceOf: 0xb1, more: hostile }), name: `<b>${long}` },
        makeCall(2, {
          model: 'gpt-4o',
          traceOf: 0xb1,
          parent: 1,
          more: { 'user.id': 'a\r\nSet-Cookie: b=c', 'spancost.tenant': 'javascript:alert(1)' },
        }),
      ],
      '<svg onload="window.pwned = 1">',
    )
    const { page, complaints, requests, close } = await visit(browser, processor.apiUrl)
    for (const [region, value] of [
      ['By model', script],
      ['By tenant', image],
      ['By tenant', 'javascript:alert(1)'],
      ['By team', backwards],
      ['By service', '<svg onload="window.pwned = 1">'],
      // The ledger keeps 256 characters of a label.
      ['By user', long.slice(0, 256)],
    ] as const) {
      const link = page.getByRole('region', { name: region }).getByRole('link', { name: value })
      expect(await link.first().textContent()).toBe(value)
      expect(await link.first().getAttribute('href')).toMatch(/^#\//)
    }
    await page.goto(`${processor.apiUrl}/#/trace/${'b1'.padStart(32, '0')}?span=0000000000000001`)
    const why = page.getByRole('complementary', { name: 'The chosen span' })
    await expect.poll(() => why.innerText()).toContain(script)
    await page.goto(`${processor.apiUrl}/#/prices?model=${encodeURIComponent(script)}`)
    await expect.poll(() => page.getByRole('main').innerText()).toContain(`Price of ${script}`)
    // Nothing is wider than the window, and nothing ran or was asked for elsewhere.
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
    expect(await page.evaluate('window.pwned')).toBeUndefined()
    expect(complaints).toEqual([])
    expect(requests.filter((url) => !url.startsWith(processor.apiUrl))).toEqual([])
    await close()
  })

  test('lets nothing run that is not a file of its own', async (context) => {
    const browser = needBrowser(context)
    const processor = await startProcessor()
    const { page, complaints, close } = await visit(browser, processor.apiUrl)
    await page.evaluate(`
      const script = document.createElement('script')
      script.append('window.pwned = 1')
      document.body.append(script)`)
    await expect.poll(() => complaints.join('\n')).toMatch(/script/i)
    const handler = `document.body.setAttribute('onclick', 'window.pwned = 1')`
    await expect(page.evaluate(handler)).rejects.toThrow("requires 'TrustedScript'")
    const markup = `document.body.innerHTML = '<img src=x onerror="window.pwned = 1">'`
    await expect(page.evaluate(markup)).rejects.toThrow("requires 'TrustedHTML'")
    await page.evaluate(`
      const image = document.createElement('img')
      image.src = 'https://elsewhere.example/x.png'
      document.body.append(image)`)
    await expect.poll(() => complaints.join('\n')).toMatch(/img-src/)
    expect(await page.evaluate('window.pwned')).toBeUndefined()
    const asked = page.evaluate(
      'fetch("https://elsewhere.example/").then(() => "sent", () => "no")',
    )
    expect(await asked).toBe('no')
    await close()
  })

  test('asks for a token where the API does, and forgets it with the tab', async (context) => {
    const browser = needBrowser(context)
    const token = 'a-token-of-a-test'
    const sha256 = createHash('sha256').update(token).digest('hex')
    const tokens = [{ name: 'ann', sha256, roles: ['viewer'] }]
    const endpoints = await findEndpoints()
    const api = { endpoint: endpoints.api, tokens }
    const processor = await startProcessor({ config: { api } }, endpoints)
    await loadShop(processor)
    const { page, close } = await visit(browser, processor.apiUrl)
    await expectAccessible(page, axe.source)
    await page.getByLabel('Token').fill('another')
    await page.getByRole('button', { name: 'Continue' }).click()
    await expect
      .poll(() => page.getByRole('heading', { name: 'A token is needed' }).count())
      .toBe(1)
    await page.getByLabel('Token').fill(token)
    await page.getByRole('button', { name: 'Continue' }).click()
    const tile = page.getByRole('region', { name: 'In this range' })
    await expect.poll(() => tile.innerText()).toContain('$0.0113')
    expect(await page.evaluate('sessionStorage.length + localStorage.length')).toBe(1)
    await close()
  })

  test('opens a trace of 5 000 spans, by keyboard too, with few of them in the document', async (context) => {
    const browser = needBrowser(context)
    const processor = await startProcessor()
    const spans = Array.from({ length: 5_000 }, (_, n) =>
      makeCall(n + 1, {
        model: 'gpt-4o',
        traceOf: 0xc1,
        ...(n > 0 && { parent: Math.ceil(n / 4) }),
      }),
    )
    for (let at = 0; at < spans.length; at += 1_000) {
      await load(processor, spans.slice(at, at + 1_000))
    }
    const url = `${processor.apiUrl}/#/trace/${'c1'.padStart(32, '0')}`
    const { page, close } = await visit(browser, url)
    const tree = page.getByRole('treegrid', { name: 'Spans' })
    // 5 000 x 0.00375.
    expect(await page.getByTitle('18.75 USD').first().innerText()).toBe('18.75')
    expect(await tree.getAttribute('aria-rowcount')).toBe('5001')
    expect(await tree.getByRole('row').count()).toBeLessThan(100)
    await tree.focus()
    await page.keyboard.press('End')
    await expect
      .poll(() => tree.locator('[aria-selected=true]').getAttribute('aria-rowindex'))
      .toBe('5001')
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => tree.getAttribute('aria-rowcount')).toBe('2')
    await close()
  })
})
