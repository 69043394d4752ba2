import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UNITS } from '@spancost/genai'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry, Labels } from '../entry.ts'
import type { Store } from '../store.ts'
import { addUp, addUpBy, keySums, pickSums, takeBack } from '../testing/plain-sums.ts'
import { createSampleEntry, type SampleFields } from '../testing/sample-entries.ts'
import { openSqliteStore } from './sqlite.ts'

/** Few ids, so that repeats are frequent; amounts of all sizes, negative ones too. */
const fields = fc.record({
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

/** Calls; those within an inner list are made at the same time. */
const calls = fc.array(fc.array(fc.array(fields, { maxLength: 6 }), { maxLength: 4 }), {
  maxLength: 5,
})

test('totals and spend are the plain sums over distinct ids that count in the end', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'))
  const store = await openSqliteStore({ path: join(folder, 'ledger.db') })
  let run = 0
  try {
    await fc.assert(
      fc.asyncProperty(calls, async (turns) => {
        run += 1
        const createEntry = (each: SampleFields): Entry =>
          createSampleEntry({
            ...each,
            trace: 10 * run + each.trace!,
            labels: { ...each.labels, run: String(run) },
          })
        const first = new Map<string, Entry>()
        for (const turn of turns.map((inner) => inner.map((call) => call.map(createEntry)))) {
          const answers = await Promise.all(turn.map((entries) => store.record(entries)))
          for (const [index, one] of turn.flat().entries()) {
            const id = one.traceId + one.spanId
            const outcome = first.has(id) ? 'duplicate' : 'recorded'
            expect(answers.flat()[index]!.outcome).toBe(outcome)
            if (!first.has(id)) first.set(id, one)
          }
        }
        await store.settle({ beforeUnixMs: Date.now() + 1, limit: 1_000 })
        await expectSums(store, String(run), listCounted([...first.values()]))
      }),
      { numRuns: 60 },
    )
    expect(await store.verify({ limit: 10 })).toEqual([])
  } finally {
    await store.close()
    rmSync(folder, { recursive: true })
  }
}, 60_000)

/** All are of one scope and side by side, so only an answer that comes twice makes an echo. */
function listCounted(entries: readonly Entry[]): readonly Entry[] {
  const answers = Map.groupBy(entries, ({ traceId, spanId, operation }) => {
    const { role, provider, responseId } = operation
    return role === 'leaf' && responseId ? [traceId, provider, responseId].join() : spanId + traceId
  })
  return [...answers.values()].flatMap((sightings) => {
    const [best] = sightings.toSorted(
      (a, b) =>
        b.units.size - a.units.size ||
        Number(a.startTimeUnixNano - b.startTimeUnixNano) ||
        (a.spanId < b.spanId ? -1 : 1),
    )
    const isEmpty = best!.operation.role === 'container' && best!.units.size === 0
    return isEmpty ? [] : [best!]
  })
}

async function expectSums(store: Store, run: string, counted: readonly Entry[]): Promise<void> {
  const totals = (await store.totals()).filter(({ labels }) => labels['run'] === run)
  expect(keySums(takeBack(totals), (row) => keyOf(row.labels, row.status, row.errorType))).toEqual(
    addUpBy(counted, ({ labels, rating, operation }) =>
      keyOf(labels, rating.status, operation.errorType),
    ),
  )
  const spend = await store.spend({ by: [], where: { run: [run] } })
  expect(spend.map(pickSums)).toEqual(counted.length === 0 ? [] : [addUp(counted)])
}

function keyOf({ model, team }: Labels, status: string, errorType?: string): string {
  return JSON.stringify([model ?? null, team ?? null, status, errorType ?? null])
}
