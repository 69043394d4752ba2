/** The command line, run as a user runs it: what goes in, what comes out, and the exit codes. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeFolder, ROOT, stopAfterEach } from './children.ts'
import { runSpancost, type Outcome } from './cli.ts'
import { encodeTraces, makeChatSpan, makeSpan, makeTraces } from './requests.ts'

stopAfterEach()

/** A test that relies on prices names this time; prices of today may change with the next book. */
const AT = '2026-11-02T10:00:00Z'

function run(args: readonly string[], stdin = '', cwd?: string): Promise<Outcome> {
  return runSpancost(args, { stdin, ...(cwd !== undefined && { cwd }) })
}

function parseLines(text: string): unknown[] {
  const lines = text.split('\n')
  expect(lines.pop(), 'the last line is ended').toBe('')
  return lines.map((line) => JSON.parse(line) as unknown)
}

describe('spancost check', () => {
  test('accepts the config that is there to be copied', async () => {
    const file = path.join(ROOT, 'collector-config', 'spancost.yaml')
    expect((await run(['check', '--config', file])).code).toBe(0)
  })

  test('names each fault with its place', async () => {
    const folder = await makeFolder()
    const file = path.join(folder, 'spancost.yaml')
    await writeFile(file, 'api:\n  endpoint: nowhere\nforward:\n  trace: []\n')
    const { code, stdout } = await run(['check', '--config', file])
    expect(code).toBe(1)
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toContain(`${file}:2: api.endpoint: expected host:port`)
    expect(lines[1]).toBe(
      `${file}:4: forward.trace: unknown key \`trace\`; did you mean \`traces\`?`,
    )

    // Without --config it is ./spancost.yaml; `serve` refuses what `check` refuses.
    expect((await run(['check', '--json'], '', folder)).stdout).toContain('"forward.trace"')
    expect((await run(['serve'], '', folder)).code).toBe(1)
  })
})

describe('spancost price', () => {
  test('prices one call from flags', async () => {
    const flags =
      `--provider openai --model gpt-4o --timestamp ${AT} ` +
      '--input-tokens 1840 --cache-read-tokens 1536 --output-tokens 236'
    const { code, stdout } = await run(['price', '--json', ...flags.split(' ')])
    expect(code).toBe(0)
    // 304 fresh x 2.5 + 1536 x 1.25 + 236 x 10 = 760 + 1920 + 2360 = 5040 millionths
    expect(parseLines(stdout)).toEqual([
      {
        status: 'priced',
        usd: '0.00504',
        card: 'openai/gpt-4o',
        book: expect.stringMatching(/^genai-prices@\d/) as string,
        units: expect.arrayContaining([
          { unit: 'input', quantity: 304, rate: '0.0000025', usd: '0.00076' },
          { unit: 'cache_read', quantity: 1536, rate: '0.00000125', usd: '0.00192' },
          { unit: 'output', quantity: 236, rate: '0.00001', usd: '0.00236' },
        ]) as unknown[],
      },
    ])
  })

  test('answers JSON lines in order, the good and the bad', async () => {
    const usage = (counts: object) => ({
      provider: 'openai',
      model: 'gpt-4o',
      timestamp: AT,
      usage: counts,
    })
    const input = [
      usage({ inputTokens: 3, outputTokens: 1 }),
      { ...usage({ inputTokens: 10 }), model: 'gpt-of-nobody' },
      usage({ inputTokens: 10, cacheReadTokens: 20 }),
      usage({}),
      {
        provider: 'anthropic',
        model: 'claude-sonnet-4-5',
        timestamp: AT,
        usage: {
          inputTokens: 2325,
          cacheReadTokens: 2000,
          cacheWrite5mTokens: 200,
          cacheWrite1hTokens: 100,
          outputTokens: 90,
          webSearches: 2,
        },
      },
    ]
    const stdin = input.map((line) => `${JSON.stringify(line)}\n`).join('')
    const { code, stdout } = await run(['price', '--jsonl'], stdin)
    expect(code).toBe(0)
    expect(parseLines(stdout)).toMatchObject([
      // 3 x 2.5 + 1 x 10 = 17.5 millionths
      { status: 'priced', usd: '0.0000175' },
      { status: 'unpriced', reason: 'unknown_model' },
      { status: 'unpriced', reason: 'bad_usage' },
      { status: 'unpriced', reason: 'no_usage' },
      // 25 fresh x 3 + 2000 x 0.3 + 200 x 3.75 + 100 x 6 + 90 x 15
      //   = 75 + 600 + 750 + 600 + 1350 = 3375 millionths, and 2 searches at 10 per thousand = 0.02
      { status: 'priced', usd: '0.023375' },
    ])
    expect(stdout.match(/"usd":null/)).toBeNull()

    const bad = await run(['price', '--jsonl'], `nonsense\n${stdin}`)
    expect(bad.code).toBe(1)
    const [answer, ...others] = parseLines(bad.stdout)
    expect(answer).toMatchObject({
      status: 'unpriced',
      error: expect.stringContaining('JSON') as string,
    })
    expect(others).toEqual(parseLines(stdout))
  })
})

describe('spancost explain', () => {
  test('says for each GenAI span what it is and what it costs, file by file', async () => {
    const folder = await makeFolder()
    const known = makeChatSpan(1, { model: 'gpt-4o', input: 1840, cacheRead: 1536, output: 236 })
    const unknown = makeChatSpan(2, { model: 'gpt-of-nobody', input: 5, output: 7 })
    const foreign = makeSpan(3, { 'http.request.method': 'GET' })
    await writeFile(path.join(folder, 'a.json'), JSON.stringify(makeTraces([foreign, known])))
    // The same span again, as a retry would send it, and another.
    await writeFile(path.join(folder, 'b.pb'), encodeTraces(makeTraces([known, unknown])))
    const { code, stdout } = await run(['explain', 'a.json', 'b.pb'], '', folder)
    expect(code).toBe(0)
    const both = { dialect: 'otel', operation: 'chat', provider: 'openai', standing: 'counted' }
    const priced = {
      ...both,
      traceId: '00000000000000000000000000000001',
      spanId: '0000000000000001',
      requestModel: 'gpt-4o',
      responseModel: 'gpt-4o',
      usage: { inputTokens: 1840, cacheReadTokens: 1536, outputTokens: 236 },
      inclusive: true,
      status: 'priced',
      // As above: 5040 millionths.
      usd: '0.00504',
      card: 'openai/gpt-4o',
    }
    const unpriced = {
      ...both,
      traceId: '00000000000000000000000000000002',
      spanId: '0000000000000002',
      requestModel: 'gpt-of-nobody',
      responseModel: 'gpt-of-nobody',
      usage: { inputTokens: 5, outputTokens: 7 },
      inclusive: null,
      status: 'unpriced',
      reason: 'unknown_model',
    }
    expect(parseLines(stdout)).toEqual([priced, priced, unpriced])
  })

  test('names a file that is no OTLP and goes on with the others', async () => {
    const folder = await makeFolder()
    const known = makeChatSpan(1, { model: 'gpt-4o', input: 1, output: 1 })
    await writeFile(path.join(folder, 'notes.txt'), 'buy milk')
    await writeFile(path.join(folder, 'b.pb'), encodeTraces(makeTraces([known])))
    const { code, stdout, stderr } = await run(['explain', 'notes.txt', 'b.pb'], '', folder)
    expect(code).toBe(2)
    expect(stderr).toMatch(/^notes\.txt: line 1: not OTLP/)
    expect(parseLines(stdout)).toHaveLength(1)
  })
})

test.each([
  ['no verb', []],
  ['an unknown verb', ['pirce']],
  ['an unknown flag', ['price', '--modell', 'gpt-4o']],
  ['a flag without its value', ['check', '--config']],
  ['a config that is not there', ['serve', '--config', 'absent.yaml']],
  ['no model', ['price', '--input-tokens', '1']],
  ['a count that is none', ['price', '--model', 'gpt-4o', '--input-tokens', 'many']],
  ['no file', ['explain']],
])('wrongly called: %s', async (_, args) => {
  const { code, stdout, stderr } = await run(args)
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^spancost: .*\nSee `spancost .*--help`/)
})
