import { VERSION as OLDER_VERSION } from 'openai-6/version'
import { beforeAll, describe, expect, test } from 'vitest'
import { EXPECTED_SPANS } from './expected-spans.ts'
import { runProgram, type ProgramRun, type ReceivedSpan } from './harness.ts'
import { SCENARIOS } from './scenarios.ts'

const CLIENT = 3
const ERROR = 2

const LOADERS = [
  { loader: 'ES modules', file: 'program.js', preload: 'register', env: {} },
  { loader: 'CommonJS', file: 'program-commonjs.cjs', preload: 'register', env: {} },
  {
    loader: 'CommonJS, openai 6',
    file: 'program-commonjs.cjs',
    preload: 'register',
    env: { SDK: 'openai-6' },
  },
  // Node 26 says that loader threads are deprecated; there, they are only used when asked for.
  {
    loader: "one's own SDK, loader thread",
    file: 'program.js',
    preload: 'own-sdk.js',
    env: { NODE_OPTIONS: '--no-deprecation' },
  },
] as const

test('the older SDK is of the older major version', () => {
  expect(OLDER_VERSION).toMatch(/^6\./)
})

describe.each(LOADERS)('$loader', ({ file, preload, env }) => {
  let plain: ProgramRun
  let observed: ProgramRun
  let scenarioSpans: ReadonlyMap<string, readonly ReceivedSpan[]>

  beforeAll(async () => {
    const nodeArguments = ['--expose-gc']
    const runs = [
      runProgram(file, { preload: 'none', nodeArguments, env }),
      runProgram(file, { preload, nodeArguments, env }),
    ] as const
    ;[plain, observed] = await Promise.all(runs)
    scenarioSpans = groupByScenario(observed.spans)
  }, 30_000)

  test('the program ends as it did without instrumentation, and says nothing more', () => {
    expect(plain).toMatchObject({ exitCode: 0, stderr: '', exports: [] })
    expect(observed).toMatchObject({ exitCode: 0, stderr: '' })
  })

  test('only traces are exported when nothing else was asked for', () => {
    expect(new Set(observed.exports)).toEqual(new Set(['/v1/traces']))
  })

  test.each(Object.keys(SCENARIOS))('%s: the application sees the same', (scenario) => {
    const before = readResult(plain, scenario)
    expect(before).toBeDefined()
    expect(readResult(observed, scenario)).toEqual(before)
  })

  test.each(Object.keys(SCENARIOS))('%s: one span with all that was told', (scenario) => {
    const expected = EXPECTED_SPANS[scenario]
    const spans = scenarioSpans.get(scenario) ?? []
    expect(spans.map((span) => span.name)).toEqual([expected?.name])
    const [span] = spans
    expect(span?.kind).toBe(CLIENT)
    expect(span && readAttributes(span)).toEqual(expected?.attributes)
    expect(span?.status.message).toBe(expected?.error)
    expect(span?.status.code ?? 0).toBe(expected?.error === undefined ? 0 : ERROR)
    expect(Number(span?.endTimeUnixNano)).toBeGreaterThan(Number(span?.startTimeUnixNano))
  })
})

function readResult(run: ProgramRun, scenario: string): unknown {
  const results: Record<string, unknown> = JSON.parse(run.stdout)
  return results[scenario]
}

/** The spans below each scenario's own span. */
function groupByScenario(
  spans: readonly ReceivedSpan[],
): ReadonlyMap<string, readonly ReceivedSpan[]> {
  const scenarios = spans.filter((span) => span.name in SCENARIOS)
  return new Map(
    scenarios.map(({ name, spanId }) => [
      name,
      spans.filter((span) => span.parentSpanId === spanId),
    ]),
  )
}

/** Attributes as plain values; those that differ from run to run are replaced by their kind. */
function readAttributes(span: ReceivedSpan): Record<string, unknown> {
  return Object.fromEntries(
    span.attributes.map(({ key, value }) => [key, normalizeValue(key, readValue(value))]),
  )
}

function normalizeValue(key: string, value: unknown): unknown {
  if (key === 'gen_ai.response.id') return String(value).replace(/\d+$/, '*')
  const number = Number(value)
  if (key === 'gen_ai.response.time_to_first_chunk') return number > 0 ? 'seconds' : value
  if (key === 'server.port') return number > 1023 ? 'a port' : value
  return value
}

interface AnyValue {
  readonly arrayValue?: { readonly values: readonly AnyValue[] }
  readonly [kind: string]: unknown
}

function readValue(value: AnyValue): unknown {
  if (value.arrayValue) return value.arrayValue.values.map(readValue)
  return Object.values(value)[0]
}
