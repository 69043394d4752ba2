import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEntry } from './entries.ts'
import { runProgram, type ProgramRun } from './harness.ts'
import { createMatrixPage, createNodesPage, type SeenCall } from './matrix-table.ts'
import { groupByScenario, readAttributes, type ReceivedSpan } from './received-spans.ts'
import type { ExpectedSpan } from './sdk.ts'
import { SDKS } from './sdks/index.ts'

const CLIENT = 3
const ERROR = 2

/** Attributes that hold prompts or answers; with those that older SDKs write by themselves. */
const CONTENT = /messages|instructions|definitions|prompt$|^ai\.(prompt|response\.(text|object))/

/** Programs to run the applications with, as `npm run matrix` sets them; else our own. */
const NODES = (process.env['MATRIX_NODES'] ?? process.execPath).split(',')

const REGISTER = { preload: 'register', nodeOptions: '' } as const
/** Node 26 says that loader threads are deprecated; there, they are only used when asked for. */
const OWN_SDK = { preload: 'own-sdk.js', nodeOptions: '--no-deprecation' } as const

const CASES = Object.entries(SDKS).flatMap(([key, sdk]) =>
  sdk.versions.flatMap((dependency, age) => {
    const { version, esm, commonjs } = createEntry(key, sdk, dependency)
    const loaders = [
      { loader: 'ESM', file: 'program.js', entry: esm, ...REGISTER },
      { loader: 'CommonJS', file: 'program-commonjs.cjs', entry: commonjs, ...REGISTER },
      // The hooks of an older Node do not depend on what is hooked; one SDK is enough.
      ...(key === 'openai' && age === 0
        ? [{ loader: 'ESM, own SDK, loader thread', file: 'program.js', entry: esm, ...OWN_SDK }]
        : []),
    ]
    return NODES.flatMap((node) => {
      const about = { key, sdk, node, version, nodeVersion: readNodeVersion(node) }
      return loaders.map((loader) => ({ ...about, ...loader }))
    })
  }),
)

const seenCalls: SeenCall[] = []

describe.each(CASES)(
  '$sdk.name $version, $loader, Node $nodeVersion',
  ({ key, sdk, node, nodeVersion, version, loader, file, entry, preload, nodeOptions }) => {
    let plain: ProgramRun
    let observed: ProgramRun
    let spansByScenario: ReadonlyMap<string, readonly ReceivedSpan[]>
    const expectedSpans = sdk.spansOf?.(version) ?? sdk.spans

    beforeAll(async () => {
      const options = {
        node,
        nodeArguments: ['--expose-gc'],
        startProvider: sdk.startProvider,
        env: { SDK: key, ENTRY: entry, NODE_OPTIONS: nodeOptions, ...sdk.environment },
      }
      const runs = [
        runProgram(file, { ...options, preload: 'none' }),
        runProgram(file, { ...options, preload }),
      ] as const
      ;[plain, observed] = await Promise.all(runs)
      spansByScenario = groupByScenario(observed.spans, Object.keys(sdk.scenarios))
    })

    test('the program ends as it did without instrumentation, and says nothing more', () => {
      expect(plain).toMatchObject({ exitCode: 0, stderr: '', exports: [] })
      expect(observed).toMatchObject({ exitCode: 0, stderr: '' })
    })

    test('only traces are exported when nothing else was asked for', () => {
      expect(new Set(observed.exports)).toEqual(new Set(['/v1/traces']))
    })

    test('nothing of what is said is recorded by default', () => {
      const keys = observed.spans.flatMap(({ attributes }) =>
        attributes.map((attribute) => attribute.key),
      )
      expect(keys.filter((name) => CONTENT.test(name))).toEqual([])
    })

    test.each(Object.keys(sdk.scenarios))('%s: the application sees the same', (scenario) => {
      const before = readResult(plain, scenario)
      expect(before).toBeDefined()
      expect(readResult(observed, scenario)).toEqual(before)
    })

    test.each(Object.keys(sdk.scenarios))('%s: one span a call, with all that was told', (name) => {
      const expected = listSpans(expectedSpans[name])
      const spans = spansByScenario.get(name) ?? []
      expect(spans.map(describeSpan).sort(bySpan)).toEqual(
        expected
          .map((span) => ({
            name: span.name,
            kind: span.kind ?? CLIENT,
            attributes: span.attributes,
            status: span.status ?? (span.error === undefined ? 0 : ERROR),
            message: span.error,
            hasEnded: true,
          }))
          .sort(bySpan),
      )
      if (!isDeepStrictEqual(readResult(observed, name), readResult(plain, name))) return
      const about = { sdk: sdk.name, version, loader, nodeVersion }
      seenCalls.push({ ...about, scenario: name, spans: expected })
    })
  },
)

test('the page in the docs says what this run saw', async () => {
  const page = createMatrixPage(seenCalls)
  await expect(page).toMatchFileSnapshot('../../../docs/instrumentation-matrix.md')
})

afterAll(async () => {
  if (NODES.length === 1) return
  const planned = CASES.map(({ sdk, version, nodeVersion }) => {
    const runs = Object.keys(sdk.scenarios).length
    return { sdk: sdk.name, version, nodeVersion, runs }
  })
  const page = createNodesPage(planned, seenCalls, new Date().toISOString().slice(0, 10))
  await writeFile(new URL('../../../docs/instrumentation-nodes.md', import.meta.url), page)
})

function readResult(run: ProgramRun, scenario: string): unknown {
  const results: Record<string, unknown> = JSON.parse(run.stdout)
  return results[scenario]
}

function listSpans(expected: ExpectedSpan | readonly ExpectedSpan[] = []): readonly ExpectedSpan[] {
  return 'name' in expected ? [expected] : expected
}

function describeSpan(span: ReceivedSpan) {
  return {
    name: span.name,
    kind: span.kind,
    attributes: readAttributes(span),
    status: span.status.code ?? 0,
    message: span.status.message,
    hasEnded: Number(span.endTimeUnixNano) > Number(span.startTimeUnixNano),
  }
}

/** Starts are only told to the millisecond, so an order by them would change from run to run. */
function bySpan(a: SpanDescription, b: SpanDescription): number {
  return rank(a).localeCompare(rank(b))
}

function rank({ name, attributes }: SpanDescription): string {
  return [
    name,
    attributes['gen_ai.request.model'],
    attributes['gen_ai.response.finish_reasons'],
  ].join()
}

interface SpanDescription {
  readonly name: string
  readonly attributes: Readonly<Record<string, unknown>>
}

function readNodeVersion(node: string): string {
  return execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim()
}
