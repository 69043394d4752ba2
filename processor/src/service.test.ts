import { openSqliteStore } from '@spancost/ledger'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { readConfig, type Config } from './config.ts'
import { createGrpcForwarder } from './forward/otlp-grpc.ts'
import { startService, type Service } from './service.ts'
import { startHttpDestination, type HttpDestination } from './testing/http-destination.ts'
import { createDestination } from './testing/sample-destination.ts'
import { sendHttp, type HttpAnswer } from './testing/send-http.ts'
import { createChatSpan, createTraces, decodeTraces, encodeTraces } from './testing/traces.ts'

/** 1000 x 2.5 and 100 x 10 USD per million tokens: 0.0025 + 0.001 = 0.0035 USD. */
const CALL = {
  'gen_ai.provider.name': 'openai',
  'gen_ai.response.model': 'gpt-4o',
  'gen_ai.usage.input_tokens': 1000,
  'gen_ai.usage.output_tokens': 100,
}
const PROTOBUF = { 'content-type': 'application/x-protobuf' }
const JSON_TYPE = { 'content-type': 'application/json' }

let folder: string
let logged: Record<string, unknown>[]
const stops: (() => Promise<void>)[] = []

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'spancost-service-'))
  logged = []
})
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
  await rm(folder, { recursive: true })
})

/** On free ports, with a ledger of its own; `more` is YAML (here: JSON) on top. */
function configure(more: Record<string, unknown> = {}): Config {
  const endpoint = '127.0.0.1:0'
  const written = {
    receivers: { otlp: { grpc: { endpoint }, http: { endpoint } } },
    api: { endpoint },
    ledger: { path: path.join(folder, 'ledger.db') },
    ...more,
  }
  const result = readConfig(JSON.stringify(written), {})
  if (result.kind === 'faults') throw new Error(JSON.stringify(result.faults))
  return result.config
}

async function start(more?: Record<string, unknown>): Promise<Service> {
  const log = pino({ level: 'info' }, { write: (line) => logged.push(JSON.parse(line)) })
  const service = await startService(configure(more), log)
  stops.push(() => service.stop())
  return service
}

async function startHop(status = 200): Promise<HttpDestination> {
  const hop = await startHttpDestination((response) => response.writeHead(status).end())
  stops.push(hop.stop)
  return hop
}

/** The config's `forward`, traces to `hop`, without retries. */
function forwardTo({ endpoint }: HttpDestination) {
  const traces = [{ protocol: 'http', endpoint }]
  return { forward: { traces, retry: { maxElapsed: '0s' } } }
}

function post({ addresses }: Service, signal: string, body: Uint8Array): Promise<HttpAnswer> {
  return sendHttp(`http://${addresses.http}/v1/${signal}`, { headers: PROTOBUF, body })
}

async function read({ addresses }: Service, url: string): Promise<string> {
  const { body } = await sendHttp(`http://${addresses.api}${url}`, { method: 'GET' })
  return body.toString()
}

const COMMON =
  'gen_ai_provider_name="openai",gen_ai_response_model="gpt-4o",' +
  'gen_ai_operation_name="chat",service_name="checkout"'

describe('a started processor', () => {
  test('prices a call, passes it on, and shows its cost', async () => {
    const hop = await startHop()
    const service = await start(forwardTo(hop))
    for (const address of Object.values(service.addresses)) {
      expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/)
    }
    const request = createTraces([createChatSpan(1, CALL)])
    expect((await post(service, 'traces', encodeTraces(request))).status).toBe(200)
    const sent = JSON.stringify(decodeTraces(hop.requests[0]!.body))
    expect(sent).toContain('{"key":"spancost.cost.exact","value":{"stringValue":"0.0035"}}')

    const metrics = await read(service, '/metrics')
    const lines = metrics.split('\n').filter((line) => line.startsWith('spancost_cost_total'))
    expect(lines).toEqual([
      `spancost_cost_total{${COMMON},spancost_cost_part="input"} 0.0025`,
      `spancost_cost_total{${COMMON},spancost_cost_part="output"} 0.001`,
    ])
    // And its own metrics behind them.
    expect(metrics).toMatch(/^spancost_processor_spans_total\{[^}]*outcome="accepted"[^}]*\} 1$/m)
    expect(metrics).toMatch(
      /^spancost_processor_request_duration_count\{[^}]*outcome="accepted"[^}]*\} 1$/m,
    )
    expect(JSON.parse(await read(service, '/api/v1/spend'))).toMatchObject({
      rows: [{ cost: { amount: '0.0035', currency: 'USD' } }],
    })
    expect(logged).toEqual([])
  })

  test('takes the same over gRPC and in JSON, and without a next hop', async () => {
    const service = await start()
    const grpc = createDestination('grpc', service.addresses.grpc!)
    const client = createGrpcForwarder('traces', grpc)
    stops.push(client.close)
    const body = encodeTraces(createTraces([createChatSpan(1, CALL)]))
    const request = { signal: 'traces', encoding: 'protobuf', body } as const
    expect(await client.consume(request, new AbortController().signal)).toEqual({
      kind: 'accepted',
    })
    const json = JSON.stringify(createTraces([createChatSpan(2, CALL)]))
    const url = `http://${service.addresses.http}/v1/traces`
    expect((await sendHttp(url, { headers: JSON_TYPE, body: json })).status).toBe(200)
    expect(await read(service, '/metrics')).toContain(
      `spancost_operations_total{${COMMON},spancost_cost_status="priced"} 2\n`,
    )
    // Metrics and logs are not ours to keep.
    expect((await post(service, 'metrics', Buffer.alloc(0))).status).toBe(404)
    expect((await post(service, 'logs', Buffer.alloc(0))).status).toBe(404)
  })

  test('passes metrics on where they are to go', async () => {
    const hop = await startHop()
    const destinations = [{ protocol: 'http', endpoint: `${hop.endpoint}/base` }]
    const service = await start({ forward: { metrics: destinations } })
    // A request with a resource without metrics, and a field that nobody knows.
    const body = Buffer.from([0x0a, 0, 0x7a, 1, 7])
    expect((await post(service, 'metrics', body)).status).toBe(200)
    expect((await post(service, 'metrics', body.subarray(0, -1))).status).toBe(400)
    expect(hop.requests).toMatchObject([{ path: '/base/v1/metrics', body }])
  })

  test('passes profiles on, over both transports', async () => {
    const hop = await startHop()
    const destinations = [{ protocol: 'http', endpoint: hop.endpoint }]
    const service = await start({ forward: { profiles: destinations } })
    const url = `http://${service.addresses.http}/v1development/profiles`
    const headers = { 'content-type': 'application/x-protobuf' }
    // A resource with an empty scope, and a dictionary, which is field 2.
    const body = Buffer.from([0x0a, 2, 0x12, 0, 0x12, 1, 7])
    expect((await sendHttp(url, { headers, body })).status).toBe(200)
    expect((await sendHttp(url, { headers, body: body.subarray(0, -1) })).status).toBe(400)
    const grpc = createDestination('grpc', service.addresses.grpc!)
    const client = createGrpcForwarder('profiles', grpc)
    stops.push(client.close)
    const request = { signal: 'profiles', encoding: 'protobuf', body } as const
    const signal = new AbortController().signal
    expect(await client.consume(request, signal)).toEqual({ kind: 'accepted' })
    expect(hop.requests.map((one) => one.path)).toEqual(Array(2).fill('/v1development/profiles'))
    expect(hop.requests.map((one) => one.body)).toEqual([body, body])
    // For JSON there is no schema to encode it by.
    const inJson = { ...request, encoding: 'json', body: Buffer.from('{}') } as const
    expect(await client.consume(inJson, signal)).toMatchObject({ kind: 'permanent' })
  })

  test('goes on where it was after a restart, and counts nothing twice', async () => {
    const body = encodeTraces(createTraces([createChatSpan(1, CALL)]))
    const first = await start()
    await post(first, 'traces', body)
    const before = (await read(first, '/metrics')).match(/^spancost_cost_total.*$/gm)
    expect(before).toHaveLength(2)
    await first.stop()
    const second = await start()
    expect((await post(second, 'traces', body)).status).toBe(200)
    expect((await read(second, '/metrics')).match(/^spancost_cost_total.*$/gm)).toEqual(before)
  })

  test('counts and times what it does, by transport, outcome and cause', async () => {
    const hop = await startHop(400)
    const service = await start(forwardTo(hop))
    const body = encodeTraces(createTraces([createChatSpan(1, CALL), createChatSpan(2, CALL)]))
    expect((await post(service, 'traces', body)).status).toBe(400)
    expect((await post(service, 'traces', body.subarray(0, -1))).status).toBe(400)
    expect((await post(service, 'nothing', body)).status).toBe(404)
    const metrics = await vi.waitFor(async () => {
      const text = await read(service, '/metrics')
      // It comes with the first look, 20 ms after the start.
      expect(text).toContain('event_loop_delay{')
      return text
    })
    /** The value of the one point of this name whose labels have all of these. */
    const point = (name: string, ...labels: string[]): string | undefined => {
      const lines = metrics
        .split('\n')
        .filter((line) => line.startsWith(`spancost_processor_${name}{`))
      const found = lines.filter((line) => labels.every((label) => line.includes(`="${label}"`)))
      expect([name, found.length]).toEqual([name, 1])
      return found[0]!.split(' ').at(-1)
    }
    expect(point('spans_total', 'http', 'traces', 'permanent')).toBe('2')
    const bytes = String(2 * body.length - 1)
    expect(point('request_size_total', 'http', 'traces', 'permanent')).toBe(bytes)
    expect(point('request_duration_count', 'http', 'traces', 'permanent')).toBe('2')
    expect(point('refused_total', 'http', 'next_hop')).toBe('1')
    expect(point('refused_total', 'http', 'malformed')).toBe('1')
    expect(point('refused_total', 'http', 'not_found')).toBe('1')
    expect(point('commit_duration_count', 'committed')).toBe('1')
    expect(point('forward_duration_count', 'traces', hop.endpoint, 'permanent')).toBe('1')
    expect(Number(point('event_loop_delay', 'p99'))).toBeGreaterThanOrEqual(0)
  })

  test('logs what it refuses, and tells the sender', async () => {
    const service = await start(forwardTo(await startHop(400)))
    const request = encodeTraces(createTraces([createChatSpan(1, CALL)]))
    expect((await post(service, 'traces', request)).status).toBe(400)
    expect((await post(service, 'traces', Buffer.from('garbage'))).status).toBe(400)
    expect(logged).toMatchObject([
      { level: 40, msg: 'refused', signal: 'traces', fault: 'refused', bytes: request.length },
      { level: 40, msg: 'refused', signal: 'traces', fault: 'malformed', bytes: 7 },
    ])
  })

  test('several destinations: all must take it, but for those on best effort', async () => {
    const [main, second, aside] = [await startHop(), await startHop(400), await startHop(400)]
    const [one, two, three] = [main, second, aside].map(({ endpoint }) => ({
      protocol: 'http',
      endpoint,
    }))
    const besides = { ...three, require: 'best_effort' }
    const body = encodeTraces(createTraces([createChatSpan(1, CALL)]))
    const strict = await start({ forward: { traces: [one, two, besides] } })
    expect((await post(strict, 'traces', body)).status).toBe(400)
    expect([main, aside].map(({ requests }) => requests.length)).toEqual([1, 0])
    await strict.stop()

    const lenient = await start({ forward: { traces: [one, besides] } })
    expect((await post(lenient, 'traces', body)).status).toBe(200)
    while (logged.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
    const lost = { msg: 'lost to a best effort', endpoint: aside.endpoint }
    expect(logged).toMatchObject([{ msg: 'refused', fault: 'refused' }, lost])
    expect(await read(lenient, '/metrics')).toMatch(
      /^spancost_processor_best_effort_lost_total\{.*spancost_signal="traces".*\} 1/m,
    )
  })

  test('bounds what is in work, all signals together', async () => {
    const hop = await startHttpDestination(() => {})
    stops.push(hop.stop)
    const endpoint = '127.0.0.1:0'
    const limits = { maxRequestSize: '1KiB', maxInFlight: '1KiB' }
    const traces = [{ protocol: 'http', endpoint: hop.endpoint }]
    const service = await start({
      receivers: { otlp: { grpc: { endpoint }, http: { endpoint }, ...limits } },
      forward: { traces, metrics: traces, retry: { maxElapsed: '0s' } },
    })
    // One field that nobody knows, of 997 bytes.
    const large = Buffer.concat([Buffer.from([0x7a, 0xe5, 0x07]), Buffer.alloc(997)])
    const waiting = post(service, 'metrics', large)
    while (hop.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await read(service, '/metrics')).toMatch(/^spancost_processor_in_flight\{.*\} 1000$/m)
    const refused = await post(service, 'traces', Buffer.alloc(25))
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '1'])
    await hop.stop()
    stops.splice(stops.indexOf(hop.stop), 1)
    expect((await waiting).status).toBe(503)
  })

  test('sends its cost metrics where they are to go, the last ones when it stops', async () => {
    const backend = await startHop()
    const otlp = { endpoint: backend.endpoint, headers: { 'x-key': 'k' }, interval: '1h' }
    const service = await start({ metrics: { otlp, prometheus: false } })
    await post(service, 'traces', encodeTraces(createTraces([createChatSpan(1, CALL)])))
    expect(
      (await sendHttp(`http://${service.addresses.api}/metrics`, { method: 'GET' })).status,
    ).toBe(404)
    await service.stop()
    const request = backend.requests.find(({ body }) => body.includes('"spancost.cost"'))
    expect(request).toMatchObject({ path: '/v1/metrics', headers: { 'x-key': 'k' } })
    const { resourceMetrics } = JSON.parse(request!.body.toString())
    const { resource, scopeMetrics } = resourceMetrics[0]
    expect(resource.attributes).toContainEqual({
      key: 'service.name',
      value: { stringValue: 'spancost' },
    })
    const metrics = scopeMetrics.flatMap((scope: { metrics: object[] }) => scope.metrics)
    const cost = metrics.find(({ name }: { name: string }) => name === 'spancost.cost')
    const values = cost.sum.dataPoints.map(({ asDouble }: { asDouble: number }) => asDouble)
    expect([cost.unit, cost.sum.isMonotonic, values]).toEqual(['{USD}', true, [0.0025, 0.001]])
  })
})

describe('start and stop', () => {
  const countServers = (): number =>
    process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length

  test.each(['grpc', 'http', 'api'])(
    'a port in use for %s: an error, and nothing stays open',
    async (room) => {
      const other = createServer().listen(0, '127.0.0.1')
      await new Promise((resolve) => other.once('listening', resolve))
      stops.push(() => new Promise((resolve) => other.close(() => resolve())))
      const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`
      const free = '127.0.0.1:0'
      const receivers = {
        otlp: {
          grpc: { endpoint: room === 'grpc' ? taken : free },
          http: { endpoint: room === 'http' ? taken : free },
        },
      }
      const before = countServers()
      const starting = start({ receivers, api: { endpoint: room === 'api' ? taken : free } })
      await expect(starting).rejects.toThrow(taken)
      // A closed one goes with the next turn of the event loop.
      await vi.waitFor(() => expect(countServers()).toBe(before))
      // The ledger was let go of, too, and everything can be started after all.
      expect((await post(await start(), 'traces', Buffer.alloc(0))).status).toBe(200)
    },
  )

  test('a ledger that cannot be opened is an error that names it', async () => {
    await expect(start({ ledger: { path: folder } })).rejects.toThrow(folder)
    expect(countServers()).toBe(0)
  })

  test('stop twice is harmless, and resolves when all is stopped', async () => {
    const service = await start()
    await post(service, 'traces', encodeTraces(createTraces([createChatSpan(1, CALL)])))
    let stopped = 0
    const first = service.stop().then(() => (stopped += 1))
    await service.stop()
    expect(stopped).toBe(1)
    await Promise.all([first, service.stop()])
    await vi.waitFor(() => expect(countServers()).toBe(0))
    await expect(post(service, 'traces', Buffer.alloc(0))).rejects.toThrow(/ECONNREFUSED/)
    const store = await openSqliteStore({ path: path.join(folder, 'ledger.db') })
    const traceId = '00000000000000000000000000000001'
    expect(await store.entries({ traceId, limit: 2 })).toHaveLength(1)
    await store.close()
  })
})
