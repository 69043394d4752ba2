import type { Http2Server, ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'

export interface SessionLimits {
  /** Absent: never. */
  readonly maxConnectionAgeMs?: number
  /** Between two questions whether a client is still there. Absent: it is not asked. */
  readonly keepaliveMs?: number
}

/** What an old connection may still finish: longer than any sender waits by default. */
const LAST_CALLS_MS = 60_000
const KEEPALIVE_TIMEOUT_MS = 20_000

/** Clients that connected together should not all have to connect anew together. */
const AGE_JITTER = 0.1

const NO_ERROR = 0
/** Higher than the id of any stream: none that is on its way is given up. */
const ANY_STREAM = 2 ** 31 - 1

/** Lets connections end at their age, and those whose client is gone without a word. */
export function limitSessions(server: Http2Server, limits: SessionLimits): Connections {
  const sessions = new Set<ServerHttp2Session>()
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('session', (session) => {
    sessions.add(session)
    // What is wrong with a connection concerns its client alone, who sees it closed.
    session.on('error', () => {})
    const timers = startTimers(session, limits)
    session.once('close', () => {
      sessions.delete(session)
      timers.forEach(clearInterval)
    })
  })
  return {
    drain: () => sessions.forEach((session) => session.close()),
    cut: () => sockets.forEach((socket) => socket.destroy()),
  }
}

export interface Connections {
  /** Takes no new calls; connections end with their last call. */
  drain(): void
  cut(): void
}

function startTimers(
  session: ServerHttp2Session,
  { maxConnectionAgeMs, keepaliveMs }: SessionLimits,
): NodeJS.Timeout[] {
  const timers: NodeJS.Timeout[] = []
  // Between its end and its 'close', a session throws when it is asked anything.
  const whileOpen = (action: () => void) => (): void => {
    if (!session.destroyed) action()
  }
  const later = (delayMs: number, action: () => void): void => {
    timers.push(setTimeout(whileOpen(action), delayMs).unref())
  }
  if (maxConnectionAgeMs !== undefined) {
    const jitter = 1 + AGE_JITTER * (2 * Math.random() - 1)
    later(maxConnectionAgeMs * jitter, () => {
      session.goaway(NO_ERROR, ANY_STREAM)
      // Its answer tells that the client has heard: what it sent before has come.
      session.ping(() => session.close())
      later(LAST_CALLS_MS, () => session.destroy())
    })
  }
  if (keepaliveMs !== undefined) {
    const ask = (): void => {
      const patience = setTimeout(() => session.destroy(), KEEPALIVE_TIMEOUT_MS).unref()
      timers.push(patience)
      session.ping(() => {
        clearTimeout(patience)
        timers.splice(timers.indexOf(patience), 1)
      })
    }
    timers.push(setInterval(whileOpen(ask), keepaliveMs).unref())
  }
  return timers
}
