/** A real Chromium that looks at the processor's page. */
import { chromium, type Browser, type Page } from 'playwright-core'
import { expect } from 'vitest'
import { findTool, runScript } from './tools.ts'

type FoundBrowser =
  | { readonly browser: Browser }
  /** Why it cannot be had here; the tests that need it skip. */
  | { readonly missing: string }

/**
 * Builds the page, asks scripts/chromium.mjs, which may fetch a browser, and starts it. Rejects
 * where one ought to be had: where CI=true, or SPANCOST_CHROMIUM is wrong.
 */
export async function openBrowser(): Promise<FoundBrowser> {
  const built = await runScript('page.mjs')
  if (built.code !== 0) throw new Error(`the page was not built: ${built.stderr}`)
  const found = await findTool('chromium')
  if ('missing' in found) return found
  // As root, which CI often is, Chromium has no sandbox of its own.
  const args = ['--no-sandbox']
  return { browser: await chromium.launch({ executablePath: found.path, args }) }
}

export interface Visit {
  readonly page: Page
  /** Every address that was asked for. */
  readonly requests: string[]
  /** What scripts and the browser complained of. */
  readonly complaints: string[]
  close(): Promise<void>
}

/** A tab of its own, with nothing remembered. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(url)
  await page.waitForLoadState('networkidle')
  return { page, requests, complaints, close: () => context.close() }
}

interface AxeResult {
  readonly violations: {
    readonly id: string
    readonly nodes: { readonly failureSummary?: string }[]
  }[]
}

/**
 * No rule of axe is broken on what is shown now, be it light or dark. Its script comes by the
 * debugger, past the policy.
 */
export async function expectAccessible(page: Page, axeSource: string): Promise<void> {
  await page.evaluate(axeSource)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    const { violations } = (await page.evaluate('axe.run()')) as AxeResult
    const found = violations.map(({ id, nodes }) => [id, nodes.map((node) => node.failureSummary)])
    expect({ colorScheme, found }).toEqual({ colorScheme, found: [] })
  }
}
