/** The conformance suite against the processor, and against the Collector that it stands beside. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import {
  findFreeAddresses,
  makeFolder,
  onStop,
  startChild,
  stopAfterEach,
  waitUntilReady,
} from '../../end-to-end/children.ts'
import { findCollector } from '../../end-to-end/collector.ts'
import { startProcessor } from '../../end-to-end/processor.ts'
import type { Target } from './case.ts'
import { COLLECTOR_DIFFERENCES, SPANCOST_DIFFERENCES, type Differences } from './differences.ts'
import { startSink, type StartedSink } from './sink.ts'
import { CASES, runSuite, type Outcome } from './suite.ts'

stopAfterEach()

const MAX_REQUEST_BYTES = 1024 * 1024
const SIGNALS = ['traces', 'metrics', 'logs', 'profiles']

async function startOwnSink(): Promise<StartedSink> {
  const sink = await startSink(0)
  onStop(async () => sink.stop())
  return sink
}

async function writeConfig(config: object): Promise<string> {
  const file = path.join(await makeFolder(), 'config.yaml')
  await writeFile(file, stringify(config))
  return file
}

/** Outcomes other than expected: what is not listed must hold, and what is listed must not. */
async function findSurprises(
  target: Target,
  differences: Differences,
): Promise<readonly Outcome[]> {
  const known = new Set(Object.values(differences).flat())
  const outcomes = await runSuite(target)
  return outcomes.filter(({ id, result }) => result !== (known.has(id) ? 'failed' : 'passed'))
}

test('there are more than 120 cases, each with a name of its own', () => {
  const ids = CASES.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.length).toBeGreaterThan(120)
  const listed = [SPANCOST_DIFFERENCES, COLLECTOR_DIFFERENCES].flatMap((differences) =>
    Object.values(differences).flat(),
  )
  expect(ids).toEqual(expect.arrayContaining(listed))
})

const destinations = (sink: StartedSink): object => [{ protocol: 'http', endpoint: sink.url }]

function makeProcessorConfig(sink: StartedSink): object {
  const forward = Object.fromEntries(SIGNALS.map((signal) => [signal, destinations(sink)]))
  return {
    receivers: {
      otlp: {
        grpc: { endpoint: '${env:SPANCOST_GRPC_ENDPOINT}' },
        http: { endpoint: '${env:SPANCOST_HTTP_ENDPOINT}' },
        maxRequestSize: `${MAX_REQUEST_BYTES}B`,
      },
    },
    api: { endpoint: '${env:SPANCOST_API_ENDPOINT}' },
    forward: { ...forward, retry: { maxElapsed: '0s' } },
    ledger: { path: '${env:SPANCOST_LEDGER}' },
  }
}

test('the processor', async () => {
  const sink = await startOwnSink()
  const configFile = await writeConfig(makeProcessorConfig(sink))
  const { httpUrl, grpcAddress } = await startProcessor({ configFile })
  const target = { httpUrl, grpcAddress, maxRequestBytes: MAX_REQUEST_BYTES, sink }
  expect(await findSurprises(target, SPANCOST_DIFFERENCES)).toEqual([])
})

function makeCollectorConfig(sink: StartedSink, ...endpoints: string[]): object {
  const [grpc, http, health] = endpoints
  const pipeline = { receivers: ['otlp'], exporters: ['otlp_http'] }
  return {
    receivers: {
      otlp: {
        protocols: {
          grpc: { endpoint: grpc, max_recv_msg_size_mib: MAX_REQUEST_BYTES / 1024 ** 2 },
          http: { endpoint: http, max_request_body_size: MAX_REQUEST_BYTES },
        },
      },
    },
    exporters: {
      // Its answer is then that of the next hop.
      otlp_http: {
        endpoint: sink.url,
        sending_queue: { enabled: false },
        retry_on_failure: { enabled: false },
      },
    },
    extensions: { health_check: { endpoint: health } },
    service: {
      extensions: ['health_check'],
      telemetry: { metrics: { level: 'none' } },
      pipelines: Object.fromEntries(SIGNALS.map((signal) => [signal, pipeline])),
    },
  }
}

test('the Collector', async ({ skip }) => {
  const found = await findCollector()
  if ('missing' in found) {
    console.warn(`skipped: ${found.missing}`)
    return skip(found.missing)
  }
  const sink = await startOwnSink()
  const [grpcAddress = '', http = '', health = ''] = await findFreeAddresses(3)
  const configFile = await writeConfig(makeCollectorConfig(sink, grpcAddress, http, health))
  const cwd = path.dirname(configFile)
  // Of the Collector, profiles are asked for by name as long as they are in development.
  const args = ['--config', configFile, '--feature-gates', 'service.profilesSupport']
  const child = startChild(found.binary, args, { cwd })
  await waitUntilReady('the Collector', child, `http://${health}/`)
  const target = {
    httpUrl: `http://${http}`,
    grpcAddress,
    maxRequestBytes: MAX_REQUEST_BYTES,
    sink,
  }
  expect(await findSurprises(target, COLLECTOR_DIFFERENCES)).toEqual([])
  return undefined
})
