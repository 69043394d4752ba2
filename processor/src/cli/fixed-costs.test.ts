import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runVerb } from '../testing/run-verb.ts'
import { createChatSpan, createTraces } from '../testing/traces.ts'

let folder = ''
let config = ''

/** Calls have 60 tokens, and 3 of June 2026 are recorded: two of model `one`, one of `two`. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-fixed-'))
  config = join(folder, 'spancost.yaml')
  writeConfig('[]')
  const spans = ['one', 'two', 'one'].map((model, at) =>
    createChatSpan(at + 1, {
      'gen_ai.response.model': model,
      ...(model === 'two' && { 'gen_ai.usage.output_tokens': 41 }),
    }),
  )
  const file = join(folder, 'spans.jsonl')
  writeFileSync(file, `${JSON.stringify(createTraces(spans))}\n`)
  await runVerb(['import', '--config', config, file])
})
afterAll(() => rmSync(folder, { recursive: true }))

function writeConfig(monthly: string): void {
  writeFileSync(
    config,
    `ledger: { path: ${join(folder, 'ledger.db')} }\nprices: { monthly: ${monthly} }\n`,
  )
}

async function ask(monthly: string, ...argv: readonly string[]) {
  writeConfig(monthly)
  return runVerb(['fixed-costs', '--config', config, '--ledger', ...argv])
}

describe('fixed-costs', () => {
  test('spreads each cost over its month, exactly', async () => {
    const monthly = `[
      { name: database, amount: '100', spread: operations },
      { name: vectors, amount: '362', spread: tokens },
      { name: gone, amount: '9', spread: tokens, to: '2026-06' }]`
    const { stdout, code } = await ask(monthly, '--month', '2026-06', '--by', 'model', '--json')
    expect(code).toBe(0)
    // 120 and 61 tokens: 362 are 2 for each. 100 over two and one: thirds, the last atto to the larger rest.
    expect(JSON.parse(stdout)).toEqual({
      month: '2026-06',
      isOver: true,
      costs: [
        {
          name: 'database',
          cost: '100',
          spread: 'operations',
          parts: expect.arrayContaining([
            { labels: { model: 'one' }, weight: 2, cost: '66.666666666666666667' },
            { labels: { model: 'two' }, weight: 1, cost: '33.333333333333333333' },
          ]),
        },
        {
          name: 'vectors',
          cost: '362',
          spread: 'tokens',
          parts: expect.arrayContaining([
            { labels: { model: 'one' }, weight: 120, cost: '240' },
            { labels: { model: 'two' }, weight: 61, cost: '122' },
          ]),
        },
      ],
      total: '462',
    })
  })

  test('over those that it is for, in its currency', async () => {
    const monthly = `[{ name: GPU, amount: '10', currency: XTS, spread: tokens, where: { model: two } }]
  exchange: { XTS: { '2026-01-01': '3', '2026-06-01': '1.5', '2026-06-02': '9' } }`
    writeFileSync(
      config,
      `ledger: { path: ${join(folder, 'ledger.db')} }\nprices:\n  monthly: ${monthly}\n`,
    )
    const argv = ['fixed-costs', '--config', config, '--ledger', '--month', '2026-06']
    const { stdout } = await runVerb([...argv, '--by', 'model'])
    expect(stdout).toMatch(/^GPU +two +61 +15$/m)
    expect(stdout).toContain('fixed costs of 2026-06; not part of spend')
  })

  test('what nobody used is said, and what is not known', async () => {
    const monthly = `[{ name: idle, amount: '7', spread: tokens }]`
    const { stdout } = await ask(monthly, '--month', '2026-05', '--by', 'model')
    expect(stdout).toMatch(/^idle +- +0 +7$/m)
    const odd = `[{ name: odd, amount: '7', currency: XTS, spread: tokens }]`
    expect(await ask(odd, '--month', '2026-06')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('odd: no exchange rate of XTS then'),
    })
    expect(await ask('[]', '--month', '2026-13')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('expected a month such as 2026-11'),
    })
    expect((await ask('[]', '--month', '2026-06')).stdout).toContain('no fixed costs in 2026-06')
  })
})
