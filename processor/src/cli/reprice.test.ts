import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '@spancost/ledger'
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runVerb } from '../testing/run-verb.ts'
import { createChatSpan, createTraces } from '../testing/traces.ts'

let folder = ''
let config = ''

/** Calls have 20 tokens in and 40 out, of 2026-06-01T10:00Z; rates are USD per million. */
interface Rates {
  readonly input: number
  readonly output: number
}

function writeConfig(models: Readonly<Record<string, Rates>>): void {
  const listed = Object.entries(models).map(([model, { input, output }]) => ({
    model,
    cards: [{ rates: { input: String(input), output: String(output) } }],
  }))
  const file = { provider: 'acme', source: 'by hand', checked: '2026-01-01', models: listed }
  writeFileSync(join(folder, 'cards.json'), JSON.stringify(file))
  const text = `ledger: { path: ${join(folder, 'ledger.db')} }\n`
  const prices = listed.length === 0 ? '' : `prices: { cards: [${join(folder, 'cards.json')}] }\n`
  writeFileSync(config, text + prices)
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-reprice-'))
  config = join(folder, 'spancost.yaml')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Records calls number 1, 2 and so on, of these models. */
async function record(...models: readonly string[]): Promise<void> {
  const spans = models.map((model, at) =>
    createChatSpan(at + 1, { 'gen_ai.response.model': model }),
  )
  const file = join(folder, 'spans.jsonl')
  writeFileSync(file, `${JSON.stringify(createTraces(spans))}\n`)
  const { code } = await runVerb(['import', '--config', config, file])
  expect(code).toBe(0)
}

async function reprice(...argv: readonly string[]) {
  const all = ['reprice', '--config', config, '--from', '2026-06-01', ...argv]
  const { code, stdout, stderr } = await runVerb(all)
  return { code, text: stdout, stderr }
}

async function repriceJson(...argv: readonly string[]): Promise<unknown> {
  const { code, text } = await reprice('--json', ...argv)
  expect(code).toBe(0)
  return JSON.parse(text)
}

async function readSpend() {
  const store = await openSqliteStore({ path: join(folder, 'ledger.db') })
  expect(await store.verify({ limit: 1 })).toEqual([])
  const rows = await store.spend({ by: ['model'] })
  await store.close()
  return Object.fromEntries(rows.map((row) => [row.labels['model'], row.costAtto]))
}

const MICRO = 10n ** 12n

describe('reprice', () => {
  test('shows what the prices of today change, and writes nothing', async () => {
    writeConfig({ one: { input: 1, output: 2 } })
    await record('one', 'one', 'two')
    writeConfig({ one: { input: 3, output: 2 }, two: { input: 5, output: 5 } })
    const found = await repriceJson()
    expect(found).toMatchObject({
      from: '2026-06-01T00:00:00.000Z',
      applied: false,
      written: 0,
      refused: 0,
      models: [
        // 60 tokens at 5; it had no price.
        {
          provider: 'acme',
          model: 'two',
          operations: 1,
          changed: 1,
          old: '0',
          new: '0.0003',
          difference: '0.0003',
          oldUnpriced: 1,
          newUnpriced: 0,
          statuses: { 'unpriced to priced': 1 },
        },
        // 20 at 1 and 40 at 2 are 100 each; then 140.
        { model: 'one', operations: 2, changed: 2, old: '0.0002', new: '0.00028', statuses: {} },
      ],
    })
    expect(await readSpend()).toEqual({ one: 200n * MICRO, two: 0n })
    const { text } = await reprice()
    expect(text).toContain(
      '3 entries come out otherwise, of a spend of 3 operations; nothing written',
    )
    expect(text).toMatch(/^acme +two +1 +1 +\? +0\.0003 +0\.0003 +1 unpriced to priced$/m)
  })

  test('with --apply corrects it; a second time changes nothing', async () => {
    writeConfig({ one: { input: 1, output: 2 } })
    await record('one', 'two')
    writeConfig({ one: { input: 3, output: 2 }, two: { input: 5, output: 5 } })
    expect(await repriceJson('--apply')).toMatchObject({ applied: true, written: 2 })
    expect(await readSpend()).toEqual({ one: 140n * MICRO, two: 300n * MICRO })
    expect(await repriceJson('--apply')).toMatchObject({
      written: 0,
      models: [
        { model: 'one', changed: 0, difference: '0' },
        { model: 'two', changed: 0, difference: '0' },
      ],
    })
    const { stdout } = await runVerb(['unpriced', '--config', config, '--ledger', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ unpriced: [] })
  })

  test('only entries of the range, the model and the book that were asked for', async () => {
    writeConfig({})
    await record('one', 'gpt-4o')
    writeConfig({ one: { input: 3, output: 2 } })
    expect(await repriceJson('--to', '2026-06-01T10:00:00Z')).toMatchObject({ models: [] })
    expect(await repriceJson('--model', 'gpt-4o')).toMatchObject({
      models: [{ model: 'gpt-4o', changed: 0 }],
    })
    const book = join(folder, 'book.json')
    writeFileSync(book, (await runVerb(['prices', 'export'])).stdout)
    expect(await repriceJson('--model', 'one', '--book', book)).toMatchObject({
      models: [{ model: 'one', changed: 1, new: '0.00014' }],
    })
    writeFileSync(book, '[]')
    expect(await reprice('--book', book)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`the price book ${book}: `),
    })
  })

  test.each([
    [['reprice'], 2, '--from or --range is missing'],
    [['reprice', '--from', 'yesteryear'], 2, '--from: expected ISO 8601'],
    [
      ['reprice', '--from', '2d', '--to', '3d'],
      2,
      'parameter "to": expected an instant after "from"',
    ],
    [
      ['reprice', '--range', 'today', '--modell', 'x'],
      2,
      'unknown flag --modell; did you mean --model?',
    ],
    [['reprice', '--range', 'today'], 1, 'there is no ledger at '],
  ])('%j ends with %d', async (argv, code, message) => {
    writeConfig({})
    const ended = await runVerb([...argv, '--config', config])
    expect(ended.code).toBe(code)
    expect(ended.stderr).toContain(message)
  })

  test('whatever the prices were and are, the second time nothing changes', async () => {
    const rate = fc.record({ input: fc.nat(9), output: fc.nat(9) })
    const models = fc.dictionary(fc.constantFrom('one', 'two'), rate)
    await fc.assert(
      fc.asyncProperty(
        models,
        fc.array(models, { minLength: 1, maxLength: 2 }),
        async (first, later) => {
          rmSync(join(folder, 'ledger.db'), { force: true })
          writeConfig(first)
          await record('one', 'two', 'one')
          for (const next of later) {
            writeConfig(next)
            await reprice('--apply')
            expect(await repriceJson('--apply')).toMatchObject({ written: 0 })
            const cost = (model: string) => {
              const { input = 0, output = 0 } = next[model] ?? {}
              return BigInt(20 * input + 40 * output) * MICRO
            }
            expect(await readSpend()).toEqual({ one: 2n * cost('one'), two: cost('two') })
          }
        },
      ),
      { numRuns: 4 },
    )
  }, 60_000)
})
