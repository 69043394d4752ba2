import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { createOutput, runVerb, toStream } from '../testing/run-verb.ts'

// gpt-4o-mini: 0.15 USD per million input tokens, 0.075 cached, 0.60 output.
const FLAGS = ['--provider', 'openai', '--model', 'gpt-4o-mini', '--timestamp', '2026-08-01']
const COUNTS = ['--input-tokens', '1200', '--cache-read-tokens', '1024', '--output-tokens', '340']

/** 176 x 0.15 + 1024 x 0.075 + 340 x 0.60 = 307.2 per million. */
const PRICED = {
  status: 'priced',
  usd: '0.0003072',
  card: 'openai/gpt-4o-mini',
  units: [
    { unit: 'cache_read', quantity: 1024, rate: '0.000000075', usd: '0.0000768' },
    { unit: 'input', quantity: 176, rate: '0.00000015', usd: '0.0000264' },
    { unit: 'output', quantity: 340, rate: '0.0000006', usd: '0.000204' },
  ],
}

async function priceLines(chunks: readonly string[]) {
  const { code, stdout, stderr } = await runVerb(['price', '--jsonl'], { stdin: toStream(chunks) })
  expect(stderr).toBe('')
  const answers = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)
  return { code, answers }
}

describe('from flags', () => {
  test('as text', async () => {
    const { code, stdout } = await runVerb(['price', ...FLAGS, ...COUNTS])
    expect(code).toBe(0)
    expect(stdout.split('\n').slice(0, 4)).toEqual([
      '0.0003072 USD (priced)',
      '  cache_read       1024 x 0.000000075 = 0.0000768',
      '  input            176 x 0.00000015 = 0.0000264',
      '  output           340 x 0.0000006 = 0.000204',
    ])
    expect(stdout).toMatch(/\n {2}card openai\/gpt-4o-mini, book genai-prices@\S+\n$/)
  })

  test('as JSON', async () => {
    const { code, stdout } = await runVerb(['price', '--json', ...FLAGS, ...COUNTS])
    const answer: unknown = JSON.parse(stdout)
    expect(code).toBe(0)
    expect(answer).toEqual({ ...PRICED, book: expect.stringMatching(/^genai-prices@/) as unknown })
  })

  test('the two lengths of a cache have flags of their own', async () => {
    const flags = ['--cache-write-5m-tokens', '200', '--cache-write-1h-tokens=100']
    const call = ['--model', 'claude-sonnet-4-5', '--provider=anthropic', '--input-tokens', '300']
    const { stdout } = await runVerb(['price', ...call, ...flags])
    // 200 x 3.75 + 100 x 6 = 1350 per million.
    expect(stdout).toMatch(/^0\.00135 USD \(priced\)\n/)
  })

  test('no price is an answer, with its reason', async () => {
    const { code, stdout } = await runVerb([
      'price',
      '--model',
      'nobody-knows',
      '--output-tokens',
      '1',
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^no price \(unpriced, unknown_model: /)
  })

  test.each([
    [['--input-tokens', '5'], '--model is missing (or --jsonl)'],
    [['--model', 'x', '--input-tokens', '-5'], ''],
    [['--model', 'x', '--input-tokens=many'], '--input-tokens: expected a number, found many'],
    [['--model', 'x', '--timestamp', 'soon'], 'timestamp: expected ISO 8601'],
    [['--modell', 'x'], 'unknown flag --modell; did you mean --model?'],
    [['--jsonl', '--model', 'x'], '--model does not go with --jsonl'],
    [['x'], 'Unexpected argument'],
  ])('%j is bad usage', async (flags, message) => {
    const { code, stdout, stderr } = await runVerb(['price', ...flags])
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(message)
    expect(stderr).toContain('See `spancost price --help`.')
  })
})

describe('with a config', () => {
  const prices = `prices:
  aliases: [{ model: our-gpt, means: { provider: openai, model: gpt-4o } }]
  tenants:
    acme: { discounts: [{ name: contract, times: "0.5" }] }
`

  test('the prices of the user hold, and those of tenants', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'spancost-price-'))
    try {
      const config = path.join(folder, 'spancost.yaml')
      await writeFile(config, prices)
      const line = { model: 'our-gpt', timestamp: '2026-09-15', usage: { inputTokens: 1000 } }
      const lines = [line, { ...line, tenant: 'acme' }, { ...line, tenant: 1 }]
      const stdin = toStream(lines.map((one) => `${JSON.stringify(one)}\n`))
      const ended = await runVerb(['price', '--jsonl', '--config', config], { stdin })
      const answers = ended.stdout
        .trim()
        .split('\n')
        .map((text) => JSON.parse(text) as object)
      // 1000 x 2.5 millionths, and half of it
      expect(answers).toMatchObject([
        { status: 'priced', usd: '0.0025' },
        { status: 'priced', usd: '0.00125', list: '0.0025' },
        { status: 'unpriced', error: 'tenant: expected text' },
      ])
      const flags = ['--model', 'our-gpt', '--input-tokens', '1000', '--tenant', 'acme']
      const { stdout } = await runVerb(['price', ...flags, '--config', config])
      expect(stdout).toMatch(/^0\.00125 USD \(priced; list 0\.0025\)\n/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('a config that is wrong is said, and nothing is priced', async () => {
    const ended = await runVerb(['price', '--model', 'gpt-4o', '--config', '/nowhere.yaml'])
    expect(ended).toMatchObject({ code: 2, stdout: '' })
  })
})

describe('from JSON lines', () => {
  const good =
    '{"provider":"openai","model":"gpt-4o-mini","timestamp":"2026-08-01T00:00:00Z",' +
    '"usage":{"inputTokens":1200,"cacheReadTokens":1024,"outputTokens":340}}'

  test('one answer a line, in order, however the lines arrive', async () => {
    const unknown = '{"provider":"openai","model":"nobody-knows","usage":{"inputTokens":1}}'
    const all = `${good}\n${unknown}\n\n${good}`
    for (const chunks of [[all], all.match(/.{1,7}/gs)!]) {
      const { code, answers } = await priceLines(chunks)
      expect(code).toBe(0)
      expect(answers).toMatchObject([
        PRICED,
        { status: 'unpriced', reason: 'unknown_model', units: [] },
        PRICED,
      ])
      expect(answers[1]).not.toHaveProperty('usd')
    }
  })

  test('counts that contradict each other are an answer, not a malformed line', async () => {
    const line = '{"model":"gpt-4o-mini","usage":{"inputTokens":5,"cacheReadTokens":6}}'
    const { code, answers } = await priceLines([line])
    expect(code).toBe(0)
    expect(answers).toMatchObject([{ status: 'unpriced', reason: 'bad_usage' }])
    expect(answers[0]).not.toHaveProperty('error')
  })

  test('a malformed line is answered in its place, and makes the exit code 1', async () => {
    const long = `{"model":"${'x'.repeat(1_048_576)}"}`
    const bad = ['{', '[]', long, '{"model":5}', '{"usage":{"tokens":5}}']
    const { code, answers } = await priceLines([...bad, good].map((line) => `${line}\n`))
    const refused = { status: 'unpriced', reason: 'bad_usage', units: [] }
    expect(code).toBe(1)
    expect(answers).toMatchObject([
      { ...refused, error: expect.stringMatching(/^not JSON: /) as unknown },
      { ...refused, error: 'expected a JSON object' },
      { ...refused, error: 'the line is longer than 1048576 bytes' },
      { ...refused, error: 'model: expected text' },
      { ...refused, error: 'unknown field "usage.tokens"' },
      PRICED,
    ])
  })

  test('the answers to one chunk are out before the next one is read', async () => {
    const stdout = createOutput()
    const seen: number[] = []
    async function* stdin() {
      yield `${good}\n`
      seen.push(stdout.text().split('\n').length - 1)
      yield `${good}\n${good}\n`
      seen.push(stdout.text().split('\n').length - 1)
    }
    await runVerb(['price', '--jsonl'], { stdin: stdin(), stdout })
    expect(seen).toEqual([1, 3])
  })

  test('a reader that has seen enough ends it quietly', async () => {
    const stdout = createOutput(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    const { code, stderr } = await runVerb(['price', '--jsonl'], {
      stdin: toStream([good]),
      stdout,
    })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })
})
