/**
 * The configurations of collector-config/ beside sidecar.yaml, which collector.test.ts has: a real
 * Collector accepts each, and does what the file says where all that it needs is here.
 */
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { startHttpBackend, type Backend } from './backend.ts'
import {
  findFreeAddresses,
  makeFolder,
  ROOT,
  startChild,
  stopAfterEach,
  waitFor,
  waitUntilReady,
} from './children.ts'
import { findCollector, validateConfig } from './collector.ts'
import { findEndpoints, readSpend, startProcessor, type Processor } from './processor.ts'
import { makeChatSpan, makeSpan, sendTraces, type SpanJson } from './requests.ts'

const found = await findCollector()

function binaryOrSkip(skip: (note: string) => never): string {
  return 'binary' in found ? found.binary : skip(found.missing)
}

stopAfterEach()

function locate(name: string): string {
  return path.join(ROOT, 'collector-config', `${name}.yaml`)
}

/** Starts a Collector with these files, on free ports. Returns its OTLP/HTTP URL. */
async function startWith(
  binary: string,
  names: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const [grpc = '', http = '', health = ''] = await findFreeAddresses(3)
  const folder = await makeFolder()
  const args = names.flatMap((name) => ['--config', locate(name)])
  const child = startChild(binary, args, {
    cwd: folder,
    env: {
      COLLECTOR_GRPC_ENDPOINT: grpc,
      COLLECTOR_HTTP_ENDPOINT: http,
      COLLECTOR_HEALTH_ENDPOINT: health,
      COLLECTOR_METRICS_LEVEL: 'none',
      COLLECTOR_QUEUE_FOLDER: path.join(folder, 'queue'),
      ...env,
    },
  })
  await waitUntilReady('the Collector', child, `http://${health}/`)
  return `http://${http}`
}

/** A Collector of these files, a processor beside it, and two backends behind. */
async function startLine(
  binary: string,
  names: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ url: string; processor: Processor; backends: [Backend, Backend] }> {
  const endpoints = await findEndpoints()
  const [grpc = '', http = ''] = await findFreeAddresses(2)
  const backends: [Backend, Backend] = [await startHttpBackend(), await startHttpBackend()]
  const url = await startWith(binary, names, {
    PRICED_GRPC_ENDPOINT: grpc,
    PRICED_HTTP_ENDPOINT: http,
    SPANCOST_GRPC_ENDPOINT: endpoints.grpc,
    SPANCOST_GRPC_ENDPOINTS: `[${endpoints.grpc}]`,
    BACKEND_HTTP_ENDPOINT: backends[0].address,
    BACKEND_2_HTTP_ENDPOINT: backends[1].address,
    ...env,
  })
  const forward = { protocol: 'http', endpoint: `http://${http}` } as const
  return { url, processor: await startProcessor({ forward }, endpoints), backends }
}

async function post(url: string, ...spans: SpanJson[]): Promise<void> {
  expect((await sendTraces(url, spans)).status).toBe(200)
}

/** Which of the spans a backend has been sent, by their ids' bytes. */
function findSpans({ received }: Backend, spans: readonly SpanJson[]): SpanJson[] {
  const holds = ({ spanId }: SpanJson): boolean =>
    received.some(({ body }) => body.includes(Buffer.from(spanId, 'hex')))
  return spans.filter(holds)
}

async function waitForOperations(processor: Processor, operations: number): Promise<void> {
  await waitFor(`${operations} operations`, async () =>
    (await readSpend(processor)).operations === operations ? true : undefined,
  )
}

/** 100 x 2.5 + 10 x 10 = 350 millionths of a dollar. */
function makeCheap(id: number): SpanJson {
  return makeChatSpan(id, { model: 'gpt-4o', input: 100, output: 10 })
}

describe('a real Collector accepts', () => {
  const overlays = ['tail-sampling', 'fan-out', 'group-by-trace']
  const configs = [
    ['gateway'],
    ['agent'],
    ['kafka-producer'],
    ...['sidecar', 'gateway'].flatMap((base) => overlays.map((overlay) => [base, overlay])),
    ['sidecar', ...overlays],
  ].map((names) => names.join(' + '))

  test.for(configs)('%s', async (names, context) => {
    const binary = binaryOrSkip((note) => context.skip(note))
    expect(await validateConfig(binary, ...names.split(' + ').map(locate))).toBe('')
  })

  test('kafka-consumer, with another receiver in place of the one that it lacks', async (context) => {
    const binary = binaryOrSkip((note) => context.skip(note))
    const config = parse(await readFile(locate('kafka-consumer'), 'utf8')) as {
      receivers: object
      service: { pipelines: { traces: { receivers: string[] } } }
    }
    expect(config.service.pipelines.traces.receivers).toEqual(['kafka'])
    config.receivers = { otlp: { protocols: { grpc: {} } } }
    config.service.pipelines.traces.receivers = ['otlp']
    const file = path.join(await makeFolder(), 'kafka-consumer.yaml')
    await writeFile(file, stringify(config))
    expect(await validateConfig(binary, file)).toBe('')
  })
})

describe('a real Collector', () => {
  test('agent.yaml keeps the spans of a trace together', async (context) => {
    const binary = binaryOrSkip((note) => context.skip(note))
    // Processors take the place of gateways: their ledgers tell who got what.
    const processors = [await startProcessor(), await startProcessor()]
    const addresses = processors.map(({ grpcAddress }) => grpcAddress)
    const url = await startWith(binary, ['agent'], { COLLECTOR_GATEWAYS: `[${addresses.join()}]` })
    const traces = Array.from({ length: 20 }, (_, index) => index + 1)
    for (const round of [0, 100, 200]) {
      const spans = traces.map((trace) => {
        const { traceId } = makeCheap(trace)
        return { ...makeCheap(trace + round), traceId }
      })
      await post(url, ...spans)
    }
    const readCounts = async (): Promise<number[][]> => {
      const one = async (processor: Processor): Promise<number[]> => {
        const answer = await fetch(`${processor.apiUrl}/api/v1/traces?sort=cost&limit=100`)
        const { traces: rows } = (await answer.json()) as { traces: { operations: number }[] }
        return rows.map(({ operations }) => operations)
      }
      return Promise.all(processors.map(one))
    }
    const counts = await waitFor('60 operations', async () => {
      const now = await readCounts()
      return now.flat().reduce((sum, operations) => sum + operations, 0) === 60 ? now : undefined
    })
    // Each trace whole in one place, and both places used.
    expect(counts.flat()).toEqual(Array(20).fill(3))
    expect(counts.every((ofOne) => ofOne.length > 0)).toBe(true)
  })

  test('gateway.yaml with tail-sampling.yaml and fan-out.yaml: all is paid for, some is kept', async (context) => {
    const binary = binaryOrSkip((note) => context.skip(note))
    const { url, processor, backends } = await startLine(
      binary,
      ['gateway', 'fan-out', 'tail-sampling'],
      { COLLECTOR_DECISION_WAIT: '1s', COLLECTOR_SAMPLING_PERCENTAGE: '0' },
    )
    const cheap = [makeCheap(1), makeCheap(2), makeCheap(3)]
    // 100 000 x 2.5 = 0.25 USD.
    const dear = makeChatSpan(4, { model: 'gpt-4o', input: 100_000, output: 0 })
    const unpriced = makeChatSpan(5, { model: 'nobodys', input: 1, output: 1 })
    const all = [...cheap, dear, unpriced]
    await post(url, ...all)
    await waitForOperations(processor, 5)
    // 3 x 350 millionths and 0.25.
    expect(await readSpend(processor)).toEqual({ operations: 5, cost: '0.25105' })
    for (const backend of backends) {
      await waitFor('both traces', async () => findSpans(backend, all)[1])
      expect(findSpans(backend, all)).toEqual([dear, unpriced])
      expect(backend.received.some(({ body }) => body.includes('spancost.cost.exact'))).toBe(true)
    }
  })

  test('group-by-trace.yaml brings a parent and a call that comes later together', async (context) => {
    const binary = binaryOrSkip((note) => context.skip(note))
    const env = { COLLECTOR_TRACE_WAIT: '1s' }
    const { url, processor, backends } = await startLine(binary, ['sidecar', 'group-by-trace'], env)
    const agent = makeSpan(1, {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.provider.name': 'openai',
      'gen_ai.response.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 10,
    })
    const call = { ...makeCheap(2), traceId: agent.traceId, parentSpanId: agent.spanId }
    await post(url, agent)
    await post(url, call)
    await waitForOperations(processor, 1)
    await waitFor('the trace', async () => findSpans(backends[0], [agent, call])[1])
    // Alone it would have been held.
    const says = (word: string): boolean =>
      backends[0].received.some(({ body }) => body.includes(word))
    expect([says('restated'), says('held')]).toEqual([true, false])
  })
})
