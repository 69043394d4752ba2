import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runVerb } from '../testing/run-verb.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'spancost-prices-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder, name)
  await writeFile(file, text)
  return file
}

describe('a book', () => {
  test('that is exported is valid and differs in nothing', async () => {
    const { code, stdout } = await runVerb(['prices', 'export'])
    expect(code).toBe(0)
    const file = await write('book.json', stdout)
    expect(await runVerb(['prices', 'check', file])).toMatchObject({
      code: 0,
      stdout: `${file}: valid\n`,
    })
    expect(await runVerb(['prices', 'diff', file])).toMatchObject({
      code: 0,
      stdout: `${file}: 0 differences\n`,
    })
  })

  test('that is changed is told card by card, and is a finding', async () => {
    const { stdout } = await runVerb(['prices', 'export'])
    const book = JSON.parse(stdout) as {
      genaiPrices: { providers: { id: string; models: { id: string; prices: object }[] }[] }
    }
    const openai = book.genaiPrices.providers.find(({ id }) => id === 'openai')!
    // 15 and 60 USD per million before; it had no rate for thinking of its own.
    const o1 = openai.models.find(({ id }) => id === 'o1')!
    o1.prices = { ...o1.prices, input_mtok: 16, output_mtok: 300 }
    const file = await write('book.json', JSON.stringify(book))
    const diff = await runVerb(['prices', 'diff', file])
    expect(diff.code).toBe(1)
    expect(diff.stdout).toContain('changed openai/o1: input 0.000015 to 0.000016\n')
    const checked = await runVerb(['prices', 'check', file, '--json'])
    expect(checked.code).toBe(1)
    const answer = JSON.parse(checked.stdout) as { valid: boolean; faults: string[] }
    expect(answer.valid).toBe(false)
    expect(answer.faults).toContain('openai/o1: the rate of output goes from 0.00006 to 0.0003')
    expect(answer.faults.join()).not.toContain('rate of input')
  })

  test('that cannot be read is a finding', async () => {
    const file = await write('book.json', '{}')
    const ended = await runVerb(['prices', 'check', file])
    expect(ended).toMatchObject({ code: 1, stdout: '' })
    expect(ended.stderr).toMatch(/book\.json: neither a book/)
  })
})

describe('an audit', () => {
  const table = {
    'gpt-4o': { litellm_provider: 'openai', input_cost_per_token: 2.5e-6 },
    o1: { litellm_provider: 'openai', input_cost_per_token: 1.4e-5 },
    'gpt-9': { litellm_provider: 'openai', input_cost_per_token: 1 },
  }

  test('prints both figures, and what is missing where it is asked for', async () => {
    const file = await write('table.json', JSON.stringify(table))
    const flags = ['--against', file, '--at', '2026-09-15']
    const ended = await runVerb(['prices', 'audit', ...flags])
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(
      /^differs openai\/o1: input 0\.000015, theirs 0\.000014 \[openai\/o1\]\n/,
    )
    expect(ended.stdout).toContain(' (litellm): 1 agree, 1 differ, 1 missing here\n')
    const more = await runVerb(['prices', 'audit', ...flags, '--missing', '--json'])
    expect(JSON.parse(more.stdout)).toMatchObject({
      format: 'litellm',
      at: '2026-09-15T00:00:00.000Z',
      counts: { agrees: 1, differs: 1, missing: 1 },
      rows: [
        { model: 'o1', units: [{ unit: 'input', ours: '0.000015', theirs: '0.000014' }] },
        { model: 'gpt-9', outcome: 'missing', reason: 'unknown_model' },
      ],
    })
  })

  test('without a finding is 0, and of no table 2', async () => {
    const { 'gpt-4o': same } = table
    const file = await write('table.json', JSON.stringify({ 'gpt-4o': same }))
    expect((await runVerb(['prices', 'audit', '--against', file])).code).toBe(0)
    const other = await write('other.json', '{"a": 1}')
    const ended = await runVerb(['prices', 'audit', '--against', other])
    expect(ended).toMatchObject({ code: 2, stdout: '' })
    expect(ended.stderr).toContain('no table of litellm, langfuse, portkey, genai-prices')
  })
})

test.each([[['prices']], [['prices', 'audit']], [['prices', 'check']], [['prices', 'burn', 'x']]])(
  '%j is wrongly called',
  async (argv) => {
    expect((await runVerb(argv)).code).toBe(2)
  },
)
