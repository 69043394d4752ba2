import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Store } from '../store.ts'
import { openPostgresStore } from '../stores/postgres.ts'
import { openSqliteStore } from '../stores/sqlite.ts'
import { startPostgres } from '../testing/postgres-server.ts'
import { createRound } from '../testing/rounds.ts'
import { createSampleEntry, createTraceId } from '../testing/sample-entries.ts'
import { readArchive, writeArchive } from './archive.ts'
import { openPostgresSource, openPostgresTarget } from './postgres-tables.ts'
import { openSqliteSource, openSqliteTarget } from './sqlite-tables.ts'
import type { TableSource } from './tables.ts'

const server = await startPostgres()
afterAll(() => server?.stop())

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'archive-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const ODD_TEXT = 'time\u0000out \ud800 "quoted"'

async function fill(store: Store): Promise<void> {
  for (let round = 1; round <= 12; round += 1) {
    await Promise.all(createRound(round).map((entries) => store.record(entries)))
  }
  await store.record([
    createSampleEntry({ span: 1, trace: 99, lines: [['output', 3, -(10n ** 19n) - 1n]] }),
    createSampleEntry({
      span: 2,
      trace: 99,
      status: 'unpriced',
      reason: 'unknown_model',
      operation: { errorType: ODD_TEXT },
      labels: { model: ODD_TEXT },
    }),
  ])
  const [unpriced, priced] = [createSampleEntry({ span: 2, trace: 99 }), createRound(3)[0]![0]!]
  const { rating } = createSampleEntry({ lines: [['input', 10, 26n]] })
  expect(await store.reprice([unpriced, { ...priced, rating }])).toBe(2)
  expect(await store.writeNote('delivered', 'all of it', 0)).toBe(true)
  // Sums of dropped hours, of which entries are left.
  await store.record([createSampleEntry({ trace: 98, startUnixMs: 3_600_000 })])
  await store.retain({ hourlyBeforeUnixMs: 7_200_000, limit: 10 })
}

/** Everything that a ledger answers, without what differs between stores: the order of equals. */
async function describeLedger(store: Store) {
  const traces = Array.from({ length: 12 }, (_, index) => createTraceId(index + 1))
  const bySize = <Row>(rows: readonly Row[]) => [...rows].sort((a, b) => (key(a) < key(b) ? -1 : 1))
  return {
    beganAtUnixMs: store.beganAtUnixMs,
    totals: bySize(await store.totals()),
    spend: await store.spend({ by: ['model'], granularity: 'hour' }),
    entries: await Promise.all(
      [...traces, createTraceId(99)].map((traceId) => store.entries({ traceId, limit: 100 })),
    ),
    note: await store.readNote('delivered'),
    faults: await store.verify({ limit: 10 }),
  }
}

function key(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'bigint' ? String(member) : member,
  )
}

async function archive(source: TableSource): Promise<string> {
  let text = ''
  await writeArchive(source, async (more) => {
    text += more
  })
  return text
}

async function* toLines(text: string): AsyncGenerator<string> {
  yield* text.trimEnd().split('\n')
}

describe.skipIf(server === undefined)('a ledger that is moved', () => {
  test('from SQLite to PostgreSQL and back is the same', async () => {
    const [path, back] = [join(folder, 'ledger.db'), join(folder, 'back.db')]
    const url = await server!.getUrl('moved')
    const first = await openSqliteStore({ path })
    await fill(first)
    const expected = await describeLedger(first)
    await first.close()
    expect(expected.faults).toEqual([])
    expect(expected.totals.length).toBeGreaterThan(5)

    const moved = await readArchive(
      toLines(await archive(openSqliteSource(path))),
      await openPostgresTarget(url),
    )
    expect(moved.rows).toMatchObject({ entries: 12 * 5 + 3, notes: 1 })
    const second = await openPostgresStore({ url })
    expect(await describeLedger(second)).toEqual(expected)
    // What was there stays a duplicate, and what is new is counted beside it.
    expect(await second.record(createRound(1)[0]!)).toEqual([
      { outcome: 'duplicate', standing: 'counted' },
      { outcome: 'duplicate', standing: 'counted' },
    ])
    await second.record([createSampleEntry({ trace: 500 })])
    expect(await second.verify({ limit: 1 })).toEqual([])
    const grown = await describeLedger(second)

    await readArchive(toLines(await archive(await openPostgresSource(url))), openSqliteTarget(back))
    await second.close()
    const third = await openSqliteStore({ path: back })
    expect(await describeLedger(third)).toEqual(grown)
    await third.record([createSampleEntry({ trace: 501 }), createSampleEntry({ trace: 500 })])
    expect(await third.verify({ limit: 1 })).toEqual([])
    await third.close()
  })

  test('into one that has entries is refused', async () => {
    const url = await server!.getUrl('taken')
    const store = await openPostgresStore({ url })
    await store.record([createSampleEntry()])
    await expect(openPostgresTarget(url)).rejects.toThrow('the ledger has entries')
    await store.close()
  })

  test('of which a part is missing leaves nothing', async () => {
    const path = join(folder, 'ledger.db')
    const store = await openSqliteStore({ path })
    await fill(store)
    await store.close()
    const text = await archive(openSqliteSource(path))
    const url = await server!.getUrl('cut')
    const cut = toLines(text.slice(0, text.lastIndexOf('{"end"')))
    await expect(readArchive(cut, await openPostgresTarget(url))).rejects.toThrow('it was cut off')
    const empty = await openPostgresStore({ url })
    expect(await empty.totals()).toEqual([])
    await empty.close()
  })
})

describe('an archive', () => {
  async function write(): Promise<string> {
    const path = join(folder, 'ledger.db')
    const store = await openSqliteStore({ path })
    await fill(store)
    await store.close()
    return archive(openSqliteSource(path))
  }

  test.each<[string, (text: string) => string, RegExp]>([
    ['a figure changed', (text) => text.replace('"priced"', '"free"'), /checksum differs/],
    [
      'a row lost',
      (text) => text.replace(/(\n\{[^\n]*"hourly"[^\n]*)\n\[[^\n]*/, '$1'),
      /rows, not \d+$/,
    ],
    ['a half line', (text) => text.slice(0, text.length / 2), /line \d+: not JSON/],
    ['no end', (text) => text.slice(0, text.lastIndexOf('{"end"')), /the end is missing/],
    ['nothing', () => '', /line 1: not JSON/],
    [
      'another version',
      (text) => text.replace('"version":1', '"version":2'),
      /line 1: not the head/,
    ],
    ['another table', (text) => text.replace('"table":"hourly"', '"table":"x"'), /does not know$/],
    [
      'another column',
      (text) => text.replace('"standing"', '"sitting"'),
      /does not know entries\.sitting: use the newer one/,
    ],
  ])('with %s is refused, and leaves no file', async (_, damage, message) => {
    const text = await write()
    const target = join(folder, 'target.db')
    expect(damage(text)).not.toBe(text)
    await expect(readArchive(toLines(damage(text)), openSqliteTarget(target))).rejects.toThrow(
      message,
    )
    expect([target, `${target}.importing`].filter(existsSync)).toEqual([])
  })

  test('does not take the place of a ledger', async () => {
    const path = join(folder, 'ledger.db')
    await write()
    expect(() => openSqliteTarget(path)).toThrow(`there is a ledger at ${path}: move it away first`)
  })
})
