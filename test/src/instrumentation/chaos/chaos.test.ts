import { isDeepStrictEqual } from 'node:util'
import { context } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { getNodeInstrumentations } from '@spancost/node'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createFate, type Fate } from './fates.ts'
import { createChaosSdks, instrument, type ChaosSdk } from './sdks.ts'
import { startWire, type Wire } from './wire.ts'

/** `npm run chaos` makes 10 000. */
const CALLS = Number(process.env['CHAOS_CALLS'] ?? 500)
const CALLS_AT_ONCE = 20

const PREFIX = '@spancost/instrumentation-'

interface SeenSpan {
  readonly sdk: string
  ends: number
}

const spans = new Map<string, SeenSpan>()
const instrumentations = getNodeInstrumentations()
const rejections: unknown[] = []
const noteRejection = (reason: unknown) => rejections.push(reason)
let wire: Wire
let sdks: readonly ChaosSdk[]

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  process.on('unhandledRejection', noteRejection)
  // Some of the SDKs print what they cannot parse.
  for (const method of ['error', 'warn'] as const) {
    vi.spyOn(console, method).mockImplementation(() => undefined)
  }
  wire = await startWire()
  sdks = await createChaosSdks(wire)
  const provider = new TracerProvider({
    spanProcessors: [
      {
        onStart: (span) => {
          const sdk = span.instrumentationScope.name.replace(PREFIX, '')
          spans.set(span.spanContext().spanId, { sdk, ends: 0 })
        },
        onEnd: (span) => {
          const seen = spans.get(span.spanContext().spanId)
          if (seen !== undefined) seen.ends += 1
        },
        forceFlush: async () => undefined,
        shutdown: async () => undefined,
      },
    ],
  })
  for (const instrumentation of instrumentations) {
    instrumentation.setTracerProvider(provider)
    const name = instrumentation.instrumentationName.replace(PREFIX, '')
    const sdk = sdks.find((each) => each.name === name)
    if (sdk === undefined) throw new Error(`${name} has no part in the chaos`)
    instrument(instrumentation, sdk)
  }
})

afterAll(() => {
  process.off('unhandledRejection', noteRejection)
  context.disable()
  vi.restoreAllMocks()
  wire.close()
})

test(`${CALLS} calls of random fates: all spans end once, the application sees no difference`, async () => {
  const names = sdks.map(({ name }) => name)
  const fates = Array.from({ length: CALLS }, (_, index) => createFate(index, names))
  for (const instrumentation of instrumentations) instrumentation.disable()
  const before = await runAll(fates)
  expect(spans.size).toBe(0)
  for (const instrumentation of instrumentations) instrumentation.enable()
  const after = await runAll(fates)

  expect(rejections).toEqual([])
  const findOpen = () => [...spans.values()].filter(({ ends }) => ends !== 1)
  await expect.poll(findOpen, { timeout: 30_000 }).toEqual([])
  const counts = sdks.map(({ name }) => ({
    name,
    made: [...spans.values()].filter(({ sdk }) => sdk === name).length,
    ...countSpans(name, fates),
  }))
  expect(counts.filter(({ made, fewest, most }) => made < fewest || made > most)).toEqual([])

  for (const instrumentation of instrumentations) instrumentation.disable()
  expect(await findDifferences(fates, before, after)).toEqual([])
}, 900_000)

/** How many spans an SDK's instrumentation must have made, and may have made. */
function countSpans(name: string, fates: readonly Fate[]) {
  const makers = fates.flatMap((fate) => {
    const sdk = sdks.find((each) => each.name === fate.sdk)
    const makes = sdk?.name === name || sdk?.below === name
    return makes ? [sdk.isLazy === true && fate.application === 'aborts at once' ? 0 : 1] : []
  })
  return { fewest: makers.filter((least) => least === 1).length, most: makers.length }
}

/**
 * What the application saw with instrumentation only. How much of a reply comes before a connection
 * breaks, depends on the moment: an outcome counts as the same if it comes without instrumentation
 * as well, in one of some more runs.
 */
async function findDifferences(
  fates: readonly Fate[],
  before: readonly unknown[],
  after: readonly unknown[],
): Promise<readonly unknown[]> {
  const differences: unknown[] = []
  for (const [index, fate] of fates.entries()) {
    const outcome = after[index]
    if (isDeepStrictEqual(outcome, before[index])) continue
    const others = await runAll(Array.from({ length: CALLS_AT_ONCE * 2 }, () => fate))
    if (others.some((other) => isDeepStrictEqual(outcome, other))) continue
    differences.push({ outcome, without: before[index] })
  }
  return differences
}

async function runAll(fates: readonly Fate[]): Promise<readonly unknown[]> {
  const results: unknown[] = []
  for (let first = 0; first < fates.length; first += CALLS_AT_ONCE) {
    results.push(...(await Promise.all(fates.slice(first, first + CALLS_AT_ONCE).map(runOne))))
  }
  return results
}

/** What the application sees, whatever happens. */
async function runOne(fate: Fate): Promise<unknown> {
  const chunks: unknown[] = []
  const abort = new AbortController()
  // After an abort, what is on its way may come or not, with or without instrumentation.
  const cut = () => chunks.slice(0, fate.after)
  try {
    const sdk = sdks.find(({ name }) => name === fate.sdk)
    const promise = sdk?.ask(fate, abort.signal)
    if (fate.application === 'aborts at once') abort.abort()
    const value = await promise
    if (!fate.isStream) return { fate, value }
    for await (const chunk of value as AsyncIterable<unknown>) {
      chunks.push(chunk)
      if (chunks.length !== fate.after) continue
      if (fate.application === 'leaves') break
      if (fate.application === 'throws') throw new Error('the application is at fault')
      if (fate.application === 'aborts') abort.abort()
    }
    return { fate, chunks: abort.signal.aborted ? cut() : chunks }
  } catch (error) {
    if (fate.application === 'aborts' && abort.signal.aborted) return { fate, chunks: cut() }
    const { name, message, constructor } = Object(error) as Error
    return { fate, name, message, class: constructor.name }
  }
}
