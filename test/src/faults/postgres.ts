/** A PostgreSQL of the machine that a test can stop, kill and start again. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { chown, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeFolder, onStop, waitFor } from '../end-to-end/children.ts'

export interface Postgres {
  readonly url: string
  /** Ends it and starts it again: SIGINT is PostgreSQL's fast shutdown, SIGKILL a crash. */
  restart(signal: 'SIGINT' | 'SIGKILL'): Promise<void>
}

/** Debian keeps the programs of each version here, and not in the path. */
const DEBIAN = '/usr/lib/postgresql'
const USER = 'spancost'

/** It refuses to run as the superuser. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** `undefined`: there is none here, which is an error where CI=true. */
export async function startPostgres(): Promise<Postgres | undefined> {
  const programs = await findPrograms()
  if (programs === undefined) {
    const reason = 'there is no PostgreSQL (initdb and postgres) on this machine'
    if (process.env['CI'] === 'true') throw new Error(reason)
    console.warn(`skipped: ${reason}`)
    return undefined
  }
  const folder = await makeFolder()
  if (NOBODY.uid !== undefined) await chown(folder, NOBODY.uid, NOBODY.gid)
  const data = path.join(folder, 'data')
  const options = { cwd: folder, stdio: 'ignore', ...NOBODY } as const
  const init = ['-D', data, '-U', USER, '--auth=trust', '--no-sync', '--locale=C', '-E', 'UTF8']
  execFileSync(path.join(programs, 'initdb'), init, options)
  // The crash is of PostgreSQL, not of the machine: what the kernel has is not lost.
  const settings = ['fsync=off', 'listen_addresses=', `unix_socket_directories=${folder}`]
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]

  let server: ChildProcess
  const start = async (): Promise<void> => {
    await waitFor('PostgreSQL', async () => {
      // After a crash it does not start until the last of its old processes has gone.
      server = spawn(path.join(programs, 'postgres'), args, options)
      return (await isReady(programs, folder, server)) ? true : undefined
    })
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exited = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await exited
  }
  onStop(() => end('SIGINT'))
  await start()
  return {
    url: `postgres://${USER}@localhost/postgres?host=${folder}`,
    restart: async (signal) => {
      await end(signal)
      await start()
    },
  }
}

/** Waits until it takes connections, or has ended. */
async function isReady(programs: string, folder: string, server: ChildProcess): Promise<boolean> {
  const exited = new Promise<boolean>((resolve) => server.once('exit', () => resolve(false)))
  const ready = waitFor('connection', async () => {
    execFileSync(path.join(programs, 'pg_isready'), ['-h', folder], { stdio: 'ignore' })
    return true
  })
  ready.catch(() => {})
  return Promise.race([exited, ready])
}

async function findPrograms(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN).catch((): string[] => [])
  const debian = versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => path.join(DEBIAN, version, 'bin'))
  const folders = [...debian, ...(process.env['PATH'] ?? '').split(path.delimiter)]
  for (const folder of folders) {
    const names = ['initdb', 'postgres', 'pg_isready']
    const found = await Promise.all(
      names.map((name) => stat(path.join(folder, name)).catch(() => undefined)),
    )
    if (found.every((file) => file !== undefined)) return folder
  }
  return undefined
}
