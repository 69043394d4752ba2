/** A real Collector with a queue on disk before each of its exporters to a processor. */
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { stringify } from 'yaml'
import {
  findFreeAddresses,
  makeFolder,
  startChild,
  waitUntilReady,
  type Child,
} from '../end-to-end/children.ts'
import type { Processor } from '../end-to-end/processor.ts'

/** Each way to a processor that it takes; every one has a receiver and a pipeline of its own. */
const WAYS = [
  { exporter: 'otlp_grpc', compression: 'none' },
  { exporter: 'otlp_grpc', compression: 'gzip' },
  { exporter: 'otlp_grpc', compression: 'zstd' },
  { exporter: 'otlp_http', compression: 'none' },
  { exporter: 'otlp_http', compression: 'gzip' },
  { exporter: 'otlp_http', compression: 'zstd' },
  { exporter: 'otlp_http', compression: 'deflate' },
] as const

export interface QueueingCollector {
  /** Of its receivers, one for each of the ways. */
  readonly urls: readonly string[]
  /** kill -9, and a start with what its queues have on disk. */
  crash(): Promise<void>
}

export async function startQueueingCollector(
  binary: string,
  { httpUrl, grpcAddress }: Processor,
): Promise<QueueingCollector> {
  const folder = await makeFolder()
  const [health = '', ...addresses] = await findFreeAddresses(1 + WAYS.length)
  const named = WAYS.map((way, index) => ({ ...way, index, address: addresses[index]! }))
  const config = {
    extensions: {
      health_check: { endpoint: health },
      file_storage: { directory: path.join(folder, 'queue'), create_directory: true },
    },
    receivers: Object.fromEntries(
      named.map(({ index, address }) => [
        `otlp/${index}`,
        { protocols: { http: { endpoint: address } } },
      ]),
    ),
    exporters: Object.fromEntries(
      named.map(({ exporter, compression, index }) => [
        `${exporter}/${index}`,
        {
          endpoint: exporter === 'otlp_grpc' ? grpcAddress : httpUrl,
          ...(exporter === 'otlp_grpc' && { tls: { insecure: true } }),
          compression,
          timeout: '10s',
          sending_queue: { storage: 'file_storage' },
          retry_on_failure: { initial_interval: '200ms', max_interval: '2s', max_elapsed_time: 0 },
        },
      ]),
    ),
    service: {
      extensions: ['health_check', 'file_storage'],
      telemetry: { metrics: { level: 'none' }, logs: { level: 'error' } },
      pipelines: Object.fromEntries(
        named.map(({ exporter, index }) => [
          `traces/${index}`,
          { receivers: [`otlp/${index}`], exporters: [`${exporter}/${index}`] },
        ]),
      ),
    },
  }
  const file = path.join(folder, 'collector.yaml')
  await writeFile(file, stringify(config))
  const start = async (): Promise<Child> => {
    const child = startChild(binary, ['--config', file], { cwd: folder })
    await waitUntilReady('the Collector', child, `http://${health}/`)
    return child
  }
  let child = await start()
  return {
    urls: addresses.map((address) => `http://${address}`),
    crash: async () => {
      await child.stop('SIGKILL')
      child = await start()
    },
  }
}
