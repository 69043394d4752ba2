import type { PoolClient } from 'pg'
import { inTransaction } from '../stores/postgres-client.ts'
import { makePartition } from '../stores/postgres-migrations.ts'
import { openPostgres } from '../stores/postgres-open.ts'
import { decodeText, encodeText, hashLabels } from '../stores/postgres-rows.ts'
import {
  MOVED_TABLES,
  type Cell,
  type Table,
  type TableSource,
  type TableTarget,
} from './tables.ts'

const ROWS_PER_READ = 1000

const BYTES = new Set(['trace_id', 'span_id', 'parent_span_id', 'response'])

/** Texts of senders, which PostgreSQL keeps escaped: it has no U+0000. */
const ESCAPED = new Set(['error_type', 'service'])

function isEscaped(table: Table, column: string): boolean {
  return ESCAPED.has(column) || (table.name === 'relatives' && column === 'name')
}

/** A large ledger, or a slow disk at the other side, may take its time. */
const WITHOUT_HASTE =
  'SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0'

/** As of one moment, whatever processors write meanwhile. */
export async function openPostgresSource(url: string): Promise<TableSource> {
  const { pool, beganAtUnixMs } = await openPostgres(url)
  const client = await pool.connect()
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  await client.query(WITHOUT_HASTE)
  const { tables } = await describeTables(client)
  return {
    beganAtUnixMs,
    tables,
    async *read(table) {
      const order = table.columns.includes('sequence') ? ' ORDER BY sequence' : ''
      const sql = `SELECT ${table.columns.join(', ')} FROM ${table.name}${order}`
      await client.query(`DECLARE moved NO SCROLL CURSOR FOR ${sql}`)
      for (;;) {
        const { rows } = await client.query<Record<string, unknown>>(
          `FETCH ${ROWS_PER_READ} FROM moved`,
        )
        if (rows.length === 0) break
        yield rows.map((row) => table.columns.map((name) => toCell(table, name, row[name])))
      }
      await client.query('CLOSE moved')
    },
    async close() {
      client.release(true)
      await pool.end()
    },
  }
}

function toCell(table: Table, column: string, value: unknown): Cell {
  if (value === null) return null
  if (Buffer.isBuffer(value)) return value.toString('hex')
  if (typeof value === 'number') return BigInt(value)
  const cell = value as Cell
  return isEscaped(table, column) ? decodeText(cell as string) : cell
}

interface Described {
  readonly tables: readonly Table[]
  /** By `table.column`, for a cast. */
  readonly kinds: ReadonlyMap<string, string>
}

async function describeTables(client: PoolClient): Promise<Described> {
  const { rows } = await client.query<{ table: string; column: string; kind: string }>(
    `SELECT table_name AS table, column_name AS column, udt_name AS kind
     FROM information_schema.columns
     WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`,
  )
  const tables = MOVED_TABLES.map((name) => ({
    name,
    columns: rows.filter(({ table }) => table === name).map(({ column }) => column),
  }))
  return {
    tables: tables.filter(({ columns }) => columns.length > 0),
    kinds: new Map(rows.map(({ table, column, kind }) => [`${table}.${column}`, kind])),
  }
}

/** What follows from entries and is not in an archive; only of tables that there are. */
const DERIVED_TABLES: Readonly<Record<string, string>> = {
  ids: 'INSERT INTO ids SELECT trace_id, span_id, recorded_day FROM entries',
  traces: 'INSERT INTO traces SELECT trace_id, max(recorded_day) FROM entries GROUP BY trace_id',
}

/** One transaction. @throws Error if the ledger is not empty. */
export async function openPostgresTarget(url: string): Promise<TableTarget> {
  const { pool } = await openPostgres(url)
  const started = Promise.withResolvers<{ client: PoolClient; described: Described }>()
  const ended = Promise.withResolvers<void>()
  async function run(): Promise<void> {
    try {
      await inTransaction(pool, async (client) => {
        await client.query(WITHOUT_HASTE)
        await checkEmpty(client)
        started.resolve({ client, described: await describeTables(client) })
        await ended.promise
      })
    } finally {
      await pool.end()
    }
  }
  const transaction = run()
  transaction.catch(started.reject)
  const { client, described } = await started.promise
  return createTarget(client, described, {
    async commit() {
      ended.resolve()
      await transaction
    },
    async undo() {
      ended.reject(new Error('undone'))
      await transaction.catch(() => {})
    },
  })
}

async function checkEmpty(client: PoolClient): Promise<void> {
  await client.query('LOCK TABLE ids, totals IN EXCLUSIVE MODE')
  const { rows } = await client.query('SELECT 1 FROM ids UNION ALL SELECT 1 FROM totals LIMIT 1')
  if (rows.length > 0) throw new Error('the ledger has entries: an archive needs an empty one')
}

function createTarget(
  client: PoolClient,
  { tables, kinds }: Described,
  { commit, undo }: { commit(): Promise<void>; undo(): Promise<void> },
): TableTarget {
  const labelSets = new Map<string, string>()
  const days = new Set<number>()

  /** Of rows to come; the id of a set is made of its text. */
  function keepLabelSets(columns: readonly string[], rows: readonly (readonly Cell[])[]): void {
    const [id, labels] = [columns.indexOf('id'), columns.indexOf('labels')]
    for (const cells of rows) labelSets.set(String(cells[id]), hashLabels(String(cells[labels])))
  }

  function toValue(table: Table, column: string, cell: Cell): unknown {
    if (cell === null) return null
    if (BYTES.has(column)) return Buffer.from(String(cell), 'hex')
    if (column === 'label_set' || (table.name === 'label_sets' && column === 'id')) {
      const id = labelSets.get(String(cell))
      if (id === undefined) throw new Error(`the archive lacks the label set ${String(cell)}`)
      return id
    }
    return isEscaped(table, column) ? encodeText(String(cell)) : cell
  }

  async function makePartitions(values: readonly unknown[]): Promise<void> {
    for (const value of new Set(values)) {
      const day = Number(value)
      if (!days.has(day)) await makePartition(client, day)
      days.add(day)
    }
  }

  return {
    tables,
    async write(table, rows) {
      const { name, columns } = table
      if (name === 'label_sets') keepLabelSets(columns, rows)
      // Its one row is there already.
      if (name === 'ledger') await client.query('DELETE FROM ledger')
      const values = columns.map((column, at) =>
        rows.map((cells) => toValue(table, column, cells[at]!)),
      )
      if (name === 'entries') await makePartitions(values[columns.indexOf('recorded_day')]!)
      const arrays = columns.map((column, at) => `$${at + 1}::${kinds.get(`${name}.${column}`)}[]`)
      await client.query(
        `INSERT INTO ${name} (${columns.join(', ')}) SELECT * FROM unnest(${arrays.join(', ')})`,
        values,
      )
    },
    async finish(beganAtUnixMs) {
      for (const [name, sql] of Object.entries(DERIVED_TABLES)) {
        if (kinds.has(`${name}.trace_id`)) await client.query(sql)
      }
      await client.query(
        `SELECT setval('entry_sequence', (SELECT coalesce(max(sequence), 1) FROM (
          SELECT sequence FROM entries UNION ALL SELECT sequence FROM corrections
          UNION ALL SELECT sequence FROM budget_audit) AS given))`,
      )
      await client.query('UPDATE ledger SET began_at_unix_ms = $1', [beganAtUnixMs])
      await commit()
    },
    abort: undo,
  }
}
