import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'

/**
 * A real PostgreSQL for tests: the machine's own program, with its data in a temporary folder and a
 * socket there instead of a port. Where the machine has none, that is said and the answer is
 * `undefined`; in CI (`CI=true`) it is an error.
 */
export interface PostgresServer {
  /** Of a database, which is made when it is first asked for. */
  getUrl(database: string): Promise<string>
  stop(): Promise<void>
}

/** Debian keeps the programs of each version here, and not in the path. */
const DEBIAN = '/usr/lib/postgresql'
const USER = 'spancost'

/** It refuses to run as the superuser. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

const START_TIMEOUT_MS = 30_000

export async function startPostgres(): Promise<PostgresServer | undefined> {
  const programs = findPrograms()
  if (programs === undefined) {
    const reason = 'there is no PostgreSQL (initdb and postgres) on this machine'
    if (process.env['CI'] === 'true') throw new Error(reason)
    console.warn(`skipped: ${reason}`)
    return undefined
  }
  const folder = mkdtempSync(join(tmpdir(), 'pg-'))
  if (NOBODY.uid !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid)
  const data = join(folder, 'data')
  const options = { cwd: folder, stdio: 'ignore', ...NOBODY } as const
  const init = ['-D', data, '-U', USER, '--auth=trust', '--no-sync', '--locale=C', '-E', 'UTF8']
  execFileSync(join(programs, 'initdb'), init, options)
  const settings = ['fsync=off', 'listen_addresses=', `unix_socket_directories=${folder}`]
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  const server = spawn(join(programs, 'postgres'), args, options)
  const exited = once(server, 'exit')

  const urlOf = (database: string) => `postgres://${USER}@localhost/${database}?host=${folder}`

  const run = (sql: string) => runSql(urlOf('postgres'), sql)

  async function stop(): Promise<void> {
    server.kill('SIGINT')
    await exited
    rmSync(folder, { recursive: true })
  }

  const giveUpAtMs = Date.now() + START_TIMEOUT_MS
  while (
    !(await run('SELECT 1').then(
      () => true,
      () => false,
    ))
  ) {
    if (Date.now() > giveUpAtMs || server.exitCode !== null) {
      await stop()
      throw new Error(`PostgreSQL of ${programs} does not start`)
    }
    await setTimeout(50)
  }

  const made = new Set<string>()
  return {
    async getUrl(database) {
      if (!made.has(database)) await run(`CREATE DATABASE "${database}"`)
      made.add(database)
      return urlOf(database)
    },
    stop,
  }
}

/** Runs statements on a connection of their own. */
export async function runSql(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}

function findPrograms(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort() : []
  const folders = versions.toReversed().map((version) => join(DEBIAN, version, 'bin'))
  const candidates = [...folders, ...(process.env['PATH'] ?? '').split(delimiter)]
  return candidates.find((one) =>
    ['initdb', 'postgres'].every((program) => existsSync(join(one, program))),
  )
}
