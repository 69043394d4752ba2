/** The ledgers that decisions are measured on, and how fast the databases under them are alone. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Pool } from 'pg'
import { DEFAULT_THRESHOLDS, type Budget } from '@spancost/budget'
import type { Store, StoredBudget } from '@spancost/ledger'
import { createBenchEntries } from '../bench-entries.ts'

const DEPARTMENTS = 100
const FILL_CHUNK = 20_000
const USD = 10n ** 18n

/** A company, its departments, and teams below these: what a team spends counts in three. */
export function createBudgets(count: number): readonly Budget[] {
  const company = createBudget('company', {})
  const departments = Array.from({ length: DEPARTMENTS }, (_, index) =>
    createBudget(`department-${index}`, { department: [`d${index}`] }, 'company'),
  )
  const teams = Array.from({ length: count - DEPARTMENTS - 1 }, (_, index) =>
    createBudget(`team-${index}`, { team: [`team-${index}`] }, `department-${index % DEPARTMENTS}`),
  )
  return [company, ...departments, ...teams]
}

function createBudget(id: string, scope: Budget['scope'], parent?: string): Budget {
  return {
    id,
    name: id,
    scope,
    each: [],
    ...(parent !== undefined && { parent }),
    limit: { measure: 'cost', amount: 1_000_000_000n * USD },
    window: { period: 'month', zone: 'Europe/Berlin', weekStart: 1, fiscalStart: 1 },
    carriesOver: false,
    mayOvercommit: true,
    thresholds: DEFAULT_THRESHOLDS,
    unpriced: 'allow',
    onFailure: 'allow',
  }
}

/** Entries first: the budgets' counters are then made of them at once. */
export async function fill(
  store: Store,
  entries: number,
  budgets: readonly Budget[],
): Promise<void> {
  for (let done = 0; done < entries; done += FILL_CHUNK) {
    const made = createBenchEntries(Math.min(FILL_CHUNK, entries - done))
    for (let start = 0; start < made.length; start += 1024) {
      await store.record(made.slice(start, start + 1024))
    }
  }
  const stored = budgets.map((budget): StoredBudget => ({
    budget,
    life: 'approved',
    origin: 'api',
    countsFromUnixMs: 0,
  }))
  if (!(await store.budgets.writeBudgets(stored, 0, []))) throw new Error('somebody wrote budgets')
}

/** Updates of one counter each, a commit for each: what a counter without us would take. */
export async function measureSqlite(updates: number, rows: number): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'bare-'))
  await chmod(folder, 0o700)
  const database = new DatabaseSync(path.join(folder, 'bare.db'))
  try {
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    database.exec('CREATE TABLE bare (id INTEGER PRIMARY KEY, spent INTEGER NOT NULL)')
    database.exec(`WITH RECURSIVE ids (id) AS (SELECT 0 UNION ALL SELECT id + 1 FROM ids LIMIT ${rows})
      INSERT INTO bare SELECT id, 0 FROM ids`)
    const update = database.prepare(
      'UPDATE bare SET spent = spent + 1 WHERE id = ? RETURNING spent',
    )
    const startMs = performance.now()
    for (let index = 0; index < updates; index += 1) update.get((index * 7919) % rows)
    return (updates / (performance.now() - startMs)) * 1000
  } finally {
    database.close()
    await rm(folder, { recursive: true })
  }
}

/** The same from as many connections as there are callers. */
export async function measurePostgres(
  url: string,
  updates: number,
  rows: number,
  callers: number,
): Promise<number> {
  const pool = new Pool({ connectionString: url, max: callers })
  try {
    await pool.query('CREATE TABLE bare (id bigint PRIMARY KEY, spent bigint NOT NULL)')
    await pool.query('INSERT INTO bare SELECT id, 0 FROM generate_series(0, $1::int - 1) AS id', [
      rows,
    ])
    const text = 'UPDATE bare SET spent = spent + 1 WHERE id = $1 RETURNING spent'
    let next = 0
    const call = async (): Promise<void> => {
      while (next < updates) {
        const id = (next++ * 7919) % rows
        await pool.query({ name: 'bare', text, values: [id] })
      }
    }
    const startMs = performance.now()
    await Promise.all(Array.from({ length: callers }, call))
    return (updates / (performance.now() - startMs)) * 1000
  } finally {
    await pool.query('DROP TABLE IF EXISTS bare')
    await pool.end()
  }
}
