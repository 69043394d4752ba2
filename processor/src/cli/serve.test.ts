import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Config } from '../config.ts'
import type { Service } from '../service.ts'
import { createOutput, createTestIo } from '../testing/run-verb.ts'
import { createServe } from './serve.ts'

let folder = ''
let file = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-serve-'))
  file = join(folder, 'config.yaml')
  writeFileSync(file, 'receivers: {otlp: {grpc: null}}\nlog: {level: silent}\n')
})

afterAll(() => rmSync(folder, { recursive: true }))

/** A service that records what is asked of it. `stopping`: how long its stop takes. */
function createFakeService(stopping: Promise<void> = Promise.resolve()) {
  const events: string[] = []
  const service: Service = {
    addresses: { http: '127.0.0.1:14318', api: '127.0.0.1:14320' },
    stop: async () => {
      events.push('stop')
      await stopping
      events.push('stopped')
    },
  }
  const start = async (config: Config): Promise<Service> => {
    events.push(`start without ${config.receivers.otlp.grpc === undefined ? 'gRPC' : 'nothing'}`)
    return service
  }
  return { start, events }
}

describe('serve', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it in order, with 0', async (signal) => {
    const { start, events } = createFakeService()
    const { io, stdout, stderr, signals, exits } = createTestIo()
    const running = createServe(start).run(['--config', file], io)
    await expect.poll(() => stdout.text()).toContain('OTLP/HTTP  http://127.0.0.1:14318')
    expect(stdout.text()).toContain('OTLP/gRPC  off')
    expect(events).toEqual(['start without gRPC'])

    signals.emit(signal)
    expect(await running).toBe(0)
    expect(events).toEqual(['start without gRPC', 'stop', 'stopped'])
    expect(stderr.text()).toBe('')
    expect(exits).toEqual([])
    expect(signals.listenerCount(signal)).toBe(0)
  })

  test('a signal that comes while it is starting is not lost', async () => {
    const { start, events } = createFakeService()
    const { io, signals } = createTestIo()
    const running = createServe((config) => {
      signals.emit('SIGTERM')
      return start(config)
    }).run(['--config', file], io)
    expect(await running).toBe(0)
    expect(events).toEqual(['start without gRPC', 'stop', 'stopped'])
  })

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a second signal, %s, ends it at once with %i', async (second, code) => {
    const { promise: stopping, resolve } = Promise.withResolvers<void>()
    const { start, events } = createFakeService(stopping)
    const { io, signals, exits } = createTestIo()
    const running = createServe(start).run(['--config', file], io)
    await expect.poll(() => events).toContain('start without gRPC')
    signals.emit('SIGTERM')
    await expect.poll(() => events).toContain('stop')
    expect(exits).toEqual([])
    signals.emit(second)
    expect(exits).toEqual([code])
    resolve()
    await running
  })

  test('runs on where nobody reads what it says', async () => {
    const { start, events } = createFakeService()
    const stdout = createOutput(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    const { io, signals } = createTestIo({ stdout })
    const running = createServe(start).run(['--config', file], io)
    await expect.poll(() => events).toContain('start without gRPC')
    signals.emit('SIGTERM')
    expect(await running).toBe(0)
    expect(events).toContain('stopped')
  })

  test('a start that fails is one clear line, and 1', async () => {
    const { io, stderr, signals } = createTestIo()
    const running = createServe(() => {
      throw new Error('cannot open the ledger x: it is read-only')
    }).run(['--config', file], io)
    expect(await running).toBe(1)
    expect(stderr.text()).toBe('spancost: cannot open the ledger x: it is read-only\n')
    expect(signals.listenerCount('SIGTERM')).toBe(0)
  })

  test('a config with faults starts nothing', async () => {
    const bad = join(folder, 'bad.yaml')
    writeFileSync(bad, 'ledgr: {}\nlog: 5\n')
    const { start, events } = createFakeService()
    const { io, stdout, stderr } = createTestIo()
    expect(await createServe(start).run(['--config', bad], io)).toBe(1)
    expect(events).toEqual([])
    expect(stdout.text()).toBe('')
    expect(stderr.text()).toBe(
      `${bad}:1: ledgr: unknown key \`ledgr\`; did you mean \`ledger\`?\n` +
        `${bad}:2: log: expected a map, found \`5\`\n`,
    )
  })
})
