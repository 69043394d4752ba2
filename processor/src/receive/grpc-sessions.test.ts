import { once } from 'node:events'
import { connect, createServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { limitSessions } from './grpc-sessions.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('a session that has ended is asked nothing any more, even before it is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  const server = createServer()
  limitSessions(server, { keepaliveMs: 100, maxConnectionAgeMs: 100 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const [session] = (await once(server, 'session')) as [ServerHttp2Session]
  const ping = vi.spyOn(session, 'ping')
  session.destroy()
  // It throws where one is asked.
  vi.advanceTimersByTime(1000)
  expect(ping).not.toHaveBeenCalled()
  client.destroy()
  server.close()
})
