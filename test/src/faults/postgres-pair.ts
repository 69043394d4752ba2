/** A PostgreSQL with a standby that takes its place, behind an address that stays. */
import net from 'node:net'
import path from 'node:path'
import { onStop, waitFor } from '../end-to-end/children.ts'
import { createServer, findPrograms, makeServerFolder, USER, type Programs } from './postgres.ts'

export interface PostgresPair {
  /** Of whichever of the two is reached by the address: at first the primary. */
  readonly url: string
  /** Kills the primary. Nobody answers at the address any more. */
  killPrimary(): Promise<void>
  /** The address leads to the standby, which reads and refuses to write. */
  turnToStandby(): void
  promoteStandby(): void
  /** The standby gets no more of what is committed. */
  stopStreaming(): void
}

/**
 * The standby streams. Where it is `synchronous`, the primary waits for it with every commit
 * (`synchronous_standby_names`): what was committed is on both.
 */
export async function startPostgresPair(
  replication: 'synchronous' | 'asynchronous',
): Promise<PostgresPair | undefined> {
  const programs = await findPrograms()
  if (programs === undefined) return undefined
  const [first, second] = [await makeServerFolder(), await makeServerFolder()]
  const data = path.join(first, 'data')
  const copy = path.join(second, 'data')

  await programs.initialize(data)
  const primary = createServer(programs, first, data)
  await primary.start()
  // `-R` writes down whom the copy follows, and by what name.
  const source = `host=${first} user=${USER} application_name=standby`
  programs.run('pg_basebackup', ['-d', source, '-D', copy, '-R', '-X', 'stream', '-c', 'fast'])
  const standby = createServer(programs, second, copy)
  await standby.start()
  await waitFor('streaming', async () => {
    const state = query(programs, first, 'SELECT state FROM pg_stat_replication')
    return state === 'streaming' ? true : undefined
  })
  if (replication === 'synchronous') {
    set(programs, first, 'synchronous_standby_names', 'standby')
    await waitFor('commits that wait for the standby', async () => {
      const state = query(programs, first, 'SELECT sync_state FROM pg_stat_replication')
      return state === 'sync' ? true : undefined
    })
  }

  const proxy = await startProxy(first)
  return {
    url: `postgres://${USER}@127.0.0.1:${proxy.port}/postgres`,
    killPrimary: async () => {
      await primary.end('SIGKILL')
      proxy.turnTo(undefined)
    },
    turnToStandby: () => proxy.turnTo(second),
    promoteStandby: () => {
      programs.run('pg_ctl', ['promote', '-D', copy, '-w'])
    },
    stopStreaming: () => set(programs, second, 'primary_conninfo', ''),
  }
}

function set(programs: Programs, folder: string, name: string, value: string): void {
  query(programs, folder, `ALTER SYSTEM SET ${name} = '${value}'`)
  query(programs, folder, 'SELECT pg_reload_conf()')
}

function query(programs: Programs, folder: string, sql: string): string {
  return programs.run('psql', ['-h', folder, '-U', USER, '-d', 'postgres', '-Atc', sql]).trim()
}

/** What a virtual address or a load balancer does: connections go to one server, then to another. */
async function startProxy(folder: string) {
  const open = new Set<net.Socket>()
  let target: string | undefined = folder
  const server = net.createServer((socket) => {
    if (target === undefined) {
      socket.destroy()
      return
    }
    const upstream = net.connect(path.join(target, '.s.PGSQL.5432'))
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      open.add(one)
      one
        .on('error', () => other.destroy())
        .on('close', () => {
          open.delete(one)
          other.destroy()
        })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of open) socket.destroy()
  }
  onStop(async () => {
    server.close()
    cut()
  })
  return {
    port: (server.address() as net.AddressInfo).port,
    turnTo(next: string | undefined): void {
      target = next
      cut()
    },
  }
}
