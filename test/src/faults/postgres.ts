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
const PROGRAMS = ['initdb', 'postgres', 'pg_isready', 'pg_basebackup', 'pg_ctl', 'psql']
export const USER = 'spancost'

/** It refuses to run as the superuser. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/**
 * `undefined`: there is none here, which is an error where CI=true. `isDurable`: it flushes to the
 * disk, which matters for its speed only.
 */
export async function startPostgres({ isDurable = false } = {}): Promise<Postgres | undefined> {
  const programs = await findPrograms()
  if (programs === undefined) return undefined
  const folder = await makeServerFolder()
  const data = path.join(folder, 'data')
  await programs.initialize(data)
  const server = createServer(programs, folder, data, isDurable)
  await server.start()
  return {
    url: `postgres://${USER}@localhost/postgres?host=${folder}`,
    restart: async (signal) => {
      await server.end(signal)
      await server.start()
    },
  }
}

export async function makeServerFolder(): Promise<string> {
  const folder = await makeFolder()
  if (NOBODY.uid !== undefined) await chown(folder, NOBODY.uid, NOBODY.gid)
  return folder
}

export interface Server {
  start(): Promise<void>
  end(signal: NodeJS.Signals): Promise<void>
}

/**
 * On the data of a folder, with its socket in `folder` and no port. Where it does not flush: crashes
 * are of PostgreSQL, not of the machine, so what the kernel has is not lost.
 */
export function createServer(
  programs: Programs,
  folder: string,
  data: string,
  isDurable = false,
): Server {
  const fsync = `fsync=${isDurable ? 'on' : 'off'}`
  const settings = [fsync, 'listen_addresses=', `unix_socket_directories=${folder}`]
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  let server: ChildProcess
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const exited = new Promise((resolve) => server.once('exit', resolve))
    server.kill(signal)
    await exited
  }
  let isFirst = true
  return {
    start: async () => {
      if (isFirst) onStop(() => end('SIGINT'))
      isFirst = false
      await waitFor('PostgreSQL', async () => {
        // After a crash it does not start until the last of its old processes has gone.
        server = spawn(path.join(programs.folder, 'postgres'), args, optionsIn(folder))
        return (await isReady(programs, folder, server)) ? true : undefined
      })
    },
    end,
  }
}

/** Waits until it takes connections, or has ended. */
async function isReady(programs: Programs, folder: string, server: ChildProcess): Promise<boolean> {
  const exited = new Promise<boolean>((resolve) => server.once('exit', () => resolve(false)))
  const ready = waitFor('connection', async () => {
    programs.run('pg_isready', ['-h', folder])
    return true
  })
  ready.catch(() => {})
  return Promise.race([exited, ready])
}

export interface Programs {
  readonly folder: string
  initialize(data: string): Promise<void>
  /** What it printed; throws where it fails. */
  run(program: string, args: readonly string[]): string
}

/** `undefined`, said on the screen, where there is none; an error where CI=true. */
export async function findPrograms(): Promise<Programs | undefined> {
  const folder = await findFolder()
  if (folder === undefined) {
    const reason = `there is no PostgreSQL (${PROGRAMS.join(', ')}) on this machine`
    if (process.env['CI'] === 'true') throw new Error(reason)
    console.warn(`skipped: ${reason}`)
    return undefined
  }
  const run = (program: string, args: readonly string[]): string =>
    execFileSync(path.join(folder, program), args, {
      ...NOBODY,
      cwd: '/',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  return {
    folder,
    run,
    initialize: async (data) => {
      run('initdb', ['-D', data, '-U', USER, '--auth=trust', '--no-sync', '--locale=C', '-EUTF8'])
    },
  }
}

function optionsIn(cwd: string) {
  return { cwd, stdio: 'ignore', ...NOBODY } as const
}

async function findFolder(): Promise<string | undefined> {
  const versions = await readdir(DEBIAN).catch((): string[] => [])
  const debian = versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => path.join(DEBIAN, version, 'bin'))
  for (const folder of [...debian, ...(process.env['PATH'] ?? '').split(path.delimiter)]) {
    const found = await Promise.all(
      PROGRAMS.map((name) => stat(path.join(folder, name)).catch(() => undefined)),
    )
    if (found.every((file) => file !== undefined)) return folder
  }
  return undefined
}
