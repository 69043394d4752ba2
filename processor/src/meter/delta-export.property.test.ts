import type { Note, Store, Total } from '@spancost/ledger'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Dimension } from '../config.ts'
import { createCostMeter } from './cost-meter.ts'
import type { CostMetric } from './cost-metric.ts'
import { createDeltaExport } from './delta-export.ts'
import type { TimeRange } from './otlp-request.ts'

const TEAM: Dimension = { name: 'team', from: ['team'], metric: true }
const NOTHING = { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, other: 0n }

/** A ledger of which only totals and notes are of interest; one call is one token and some cost. */
class FakeLedger {
  readonly rows = new Map<string, { model: string; team: string; calls: bigint; atto: bigint }>()
  readonly notes = new Map<string, Note>()
  /** The process dies the next time that it writes a note. */
  isDying = false

  record(model: string, team: string, atto: bigint): void {
    const row = this.rows.get(model + team) ?? { model, team, calls: 0n, atto: 0n }
    this.rows.set(model + team, { ...row, calls: row.calls + 1n, atto: row.atto + atto })
  }

  readonly store = {
    beganAtUnixMs: 1,
    totals: async (): Promise<readonly Total[]> =>
      [...this.rows.values()].map(({ model, team, calls, atto }) => ({
        labels: { model, team },
        status: 'priced',
        operations: calls,
        costAtto: atto,
        parts: { ...NOTHING, output: atto },
        tokens: { input: calls, output: 0n, cache_read: 0n, cache_write: 0n, reasoning: 0n },
        costCounts: [calls, 0n, 0n, 0n, 0n, 0n, 0n, 0n, 0n],
        cacheSavedAtto: 0n,
        cacheExtraAtto: 0n,
      })),
    spend: async () => [],
    readNote: async (name: string) => this.notes.get(name),
    writeNote: async (name: string, text: string, version: number) => {
      if (this.isDying) throw new Error('killed')
      if ((this.notes.get(name)?.version ?? 0) !== version) return false
      this.notes.set(name, { text, version: version + 1 })
      return true
    },
  } as unknown as Store
}

interface Sent extends TimeRange {
  /** Sums of cost, of tokens and of histogram counts, by model. */
  readonly figures: ReadonlyMap<string, readonly bigint[]>
}

/** By model, whatever other attributes there are. */
function addUpModels(metrics: readonly CostMetric[]): Map<string, bigint[]> {
  const sums = new Map<string, bigint[]>()
  const column = ['spancost.cost', 'spancost.tokens', 'spancost.operation.cost']
  for (const { name, points } of metrics) {
    const at = column.indexOf(name)
    if (at === -1) continue
    for (const { attributes, figures } of points) {
      const model = String(attributes['gen_ai.response.model'])
      const sum = sums.get(model) ?? [0n, 0n, 0n]
      const value =
        at === 2 ? figures.slice(1).reduce((all, count) => all + count, 0n) : figures[0]!
      sum[at]! += value
      sums.set(model, sum)
    }
  }
  return sums
}

/** A receiver that answers as it is told, and keeps each range once, if it is the same again. */
function createReceiver() {
  const kept: Sent[] = []
  const state: { answer: 'accept' | 'refuse' | 'lose' } = { answer: 'accept' }
  return {
    kept,
    state,
    send: async (metrics: readonly CostMetric[], range: TimeRange): Promise<boolean> => {
      if (state.answer === 'refuse') return false
      const figures = addUpModels(metrics)
      const last = kept.at(-1)
      if (last !== undefined && last.startUnixMs === range.startUnixMs) {
        expect({ ...range, figures }).toEqual(last)
      } else {
        if (last !== undefined) expect(range.startUnixMs).toBe(last.endUnixMs)
        expect(range.endUnixMs).toBeGreaterThan(range.startUnixMs)
        kept.push({ ...range, figures })
      }
      return state.answer === 'accept'
    },
  }
}

type Step =
  | {
      readonly kind: 'record'
      readonly model: string
      readonly team: string
      readonly atto: bigint
    }
  | { readonly kind: 'accept' | 'refuse' | 'lose' | 'kill' | 'restart' | 'change dimensions' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('record' as const),
        model: fc.constantFrom('a', 'b', 'c'),
        team: fc.constantFrom('x', 'y'),
        atto: fc.bigInt(0n, 10n ** 20n),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('accept', 'refuse', 'lose', 'kill', 'restart', 'change dimensions'),
      }),
    },
  ),
  { maxLength: 40 },
)

test('whatever is refused, lost or killed, every call is in one range, and ranges have no gap', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (done) => {
      const ledger = new FakeLedger()
      const receiver = createReceiver()
      let dimensions: readonly Dimension[] = []
      const start = async () => {
        const meter = createCostMeter(ledger.store, dimensions)
        const { send } = receiver
        const started = createDeltaExport({
          store: ledger.store,
          meter,
          dimensions,
          name: 'd',
          send,
        })
        await started.begin()
        return started
      }
      let exported = await start()
      for (const step of [
        ...done,
        { kind: 'accept' },
        { kind: 'accept' },
        { kind: 'accept' },
      ] as Step[]) {
        if (step.kind === 'record') {
          ledger.record(step.model, step.team, step.atto)
        } else if (step.kind === 'restart' || step.kind === 'change dimensions') {
          if (step.kind !== 'restart') dimensions = dimensions.length === 0 ? [TEAM] : []
          exported = await start()
        } else {
          receiver.state.answer = step.kind === 'kill' ? 'accept' : step.kind
          const killed: typeof receiver.send = async (...points) => {
            const isAccepted = await receiver.send(...points)
            ledger.isDying = true
            return isAccepted
          }
          if (step.kind === 'kill') {
            const meter = createCostMeter(ledger.store, dimensions)
            const dying = createDeltaExport({
              store: ledger.store,
              meter,
              dimensions,
              name: 'd',
              send: killed,
            })
            await dying.run().catch(() => undefined)
            ledger.isDying = false
            exported = await start()
          } else {
            await exported.run()
          }
        }
      }
      const total = new Map<string, bigint[]>()
      for (const { figures } of receiver.kept) {
        for (const [model, values] of figures) {
          const sum = total.get(model) ?? [0n, 0n, 0n]
          total.set(
            model,
            sum.map((one, index) => one + values[index]!),
          )
        }
      }
      const truth = new Map<string, bigint[]>()
      for (const { model, calls, atto } of ledger.rows.values()) {
        const [cost = 0n, tokens = 0n] = truth.get(model) ?? []
        truth.set(model, [cost + atto, tokens + calls, tokens + calls])
      }
      expect(total).toEqual(truth)
    }),
    { numRuns: 300 },
  )
})
