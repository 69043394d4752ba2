import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UNITS } from '@spancost/genai'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry, Labels, Standing } from '../entry.ts'
import type { Store } from '../store.ts'
import { addUp, addUpBy, keySums, pickSums } from '../testing/plain-sums.ts'
import { createSampleEntry } from '../testing/sample-entries.ts'
import { openSqliteStore } from './sqlite.ts'

/** Few ids, so that repeats are frequent; amounts of all sizes, negative ones too. */
const entry: fc.Arbitrary<Entry> = fc
  .record({
    trace: fc.integer({ min: 1, max: 4 }),
    span: fc.integer({ min: 1, max: 12 }),
    startTimeUnixNano: fc.bigInt({ min: 0n, max: 4n * 3_600_000_000_000n }),
    operation: fc.record(
      {
        role: fc.constantFrom('leaf', 'container', 'free'),
        provider: fc.constantFrom('openai', 'anthropic'),
        responseId: fc.constantFrom('a', 'b', 'c', 'd', ''),
        errorType: fc.constantFrom('timeout', '500'),
      },
      { requiredKeys: ['role'] },
    ),
    lines: fc.uniqueArray(
      fc.tuple(
        fc.constantFrom(...UNITS),
        fc.integer({ min: 0, max: 1_000_000_000_000 }),
        fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }),
      ),
      { selector: ([unit]) => unit },
    ),
    status: fc.constantFrom('priced', 'partial', 'estimated', 'unpriced', 'free'),
    labels: fc.dictionary(fc.constantFrom('model', 'team'), fc.constantFrom('x', 'y', '')),
  })
  .map(createSampleEntry)

/** Calls; those within an inner list are made at the same time. */
const calls = fc.array(fc.array(fc.array(entry, { maxLength: 6 }), { maxLength: 4 }), {
  maxLength: 5,
})

test('totals and spend are the plain sums over distinct counted ids', async () => {
  await fc.assert(
    fc.asyncProperty(calls, async (turns) => {
      const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
      const store = await openSqliteStore({ path: join(folder, 'ledger.db') })
      try {
        const first = new Map<string, Entry>()
        const counted: Entry[] = []
        for (const turn of turns) {
          const answers = await Promise.all(turn.map((entries) => store.record(entries)))
          turn.flat().forEach((one, index) => {
            const { outcome, standing } = answers.flat()[index]!
            const id = one.traceId + one.spanId
            expect(outcome).toBe(first.has(id) ? 'duplicate' : 'recorded')
            if (first.has(id)) return
            first.set(id, one)
            expect(standing).toBe(expectStanding(one, counted))
            if (standing === 'counted') counted.push(one)
          })
        }
        await expectSums(store, counted)
      } finally {
        await store.close()
        rmSync(folder, { recursive: true })
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)

function expectStanding({ traceId, operation }: Entry, counted: readonly Entry[]): Standing {
  const { role, provider, responseId } = operation
  if (role === 'container') return 'held'
  const isEcho = counted.some(
    (other) =>
      other.traceId === traceId &&
      other.operation.role === 'leaf' &&
      other.operation.responseId === responseId &&
      other.operation.provider === provider,
  )
  return role === 'leaf' && responseId && isEcho ? 'echo' : 'counted'
}

async function expectSums(store: Store, counted: readonly Entry[]): Promise<void> {
  const totals = await store.totals()
  expect(keySums(totals, (row) => keyOf(row.labels, row.status, row.errorType))).toEqual(
    addUpBy(counted, ({ labels, rating, operation }) =>
      keyOf(labels, rating.status, operation.errorType),
    ),
  )
  const spend = await store.spend({ by: [] })
  expect(spend.map(pickSums)).toEqual(counted.length === 0 ? [] : [addUp(counted)])
}

function keyOf({ model, team }: Labels, status: string, errorType?: string): string {
  return JSON.stringify([model ?? null, team ?? null, status, errorType ?? null])
}
