/**
 * What it costs to send traces through spancost, beside other ways to the same sink:
 *
 *   npm run bench:wire [-- --quick] [-- --json]
 *
 * Load generator, sink and what is measured are processes of their own; where there are two cores
 * and `taskset`, what is measured has one for itself. Rounds are taken in turns, figures are medians.
 * Cost is CPU time of the whole process, so that it does not matter whether the load generator kept
 * up. `--quick` only shows that everything runs. `--json` adds one line of JSON at the end.
 */
import os from 'node:os'
import { gzipSync } from 'node:zlib'
import { parseArgs } from 'node:util'
import { createBatch, type BatchShape } from './batches.ts'
import { measureRow, type Effort, type Figures, type Row, type RowPlan } from './wire/measure.ts'
import { ask, IS_PINNED, startNode, stopAll } from './wire/processes.ts'
import { findSystems, type SystemName } from './wire/systems.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
})

const effort: Effort = flags.quick
  ? { rounds: 1, warmUpMs: 200, roundMs: 300, pacedMs: 300 }
  : { rounds: 5, warmUpMs: 4000, roundMs: 800, pacedMs: 2000 }

const ALL: readonly SystemName[] = ['spancost', 'nothing', 'protobufjs', 'pass-through', 'pricing']
const OURS: readonly SystemName[] = ['spancost', 'nothing']
const GRPC: readonly SystemName[] = ['spancost', 'pass-through', 'pricing']

const { kinds, missing } = findSystems(flags.quick !== true)
const rows: object[] = []
printHead()
try {
  const sink = startNode('others', new URL('wire/sink.js', import.meta.url), [])
  const sinkPort = await ask<number>(sink)
  for (const plan of flags.quick ? [quickPlan()] : fullPlans()) {
    const batch = createBatch(plan.shape, 1)
    const bytes = plan.coding === undefined ? batch.length : gzipSync(batch).length
    const row = await measureRow(plan, kinds, sinkPort, bytes, effort)
    rows.push({ ...plan, bytesPerRequest: bytes, figures: row })
    printRow(plan, bytes, row)
  }
} finally {
  await stopAll()
}
if (flags.json) {
  const cores = os.cpus().length
  console.log(
    JSON.stringify({
      bench: 'wire',
      node: process.version,
      cores,
      isPinned: IS_PINNED,
      effort,
      rows,
    }),
  )
}

function quickPlan(): RowPlan {
  const systems: readonly SystemName[] = ['spancost', 'nothing', 'protobufjs']
  return { transport: 'http', shape: { spans: 64, genAiPercent: 10 }, systems, withLatency: true }
}

function fullPlans(): readonly RowPlan[] {
  const http = (
    shape: BatchShape,
    systems: readonly SystemName[],
    withLatency = false,
  ): RowPlan => ({
    transport: 'http',
    shape,
    systems,
    withLatency,
  })
  return [
    ...[0, 10, 50, 100].map((genAiPercent) => {
      return http({ spans: 512, genAiPercent }, ALL, genAiPercent === 10)
    }),
    http({ spans: 512, genAiPercent: 100, content: 'none' }, OURS),
    http({ spans: 512, genAiPercent: 100, content: 'all' }, OURS),
    http({ spans: 64, genAiPercent: 10 }, OURS, true),
    http({ spans: 2048, genAiPercent: 10 }, OURS, true),
    { ...http({ spans: 512, genAiPercent: 10 }, ['spancost', 'pass-through']), coding: 'gzip' },
    { ...http({ spans: 512, genAiPercent: 10 }, GRPC, true), transport: 'grpc' },
    { ...http({ spans: 64, genAiPercent: 10 }, GRPC), transport: 'grpc' },
  ]
}

function printHead(): void {
  const pinning = IS_PINNED ? 'pinned' : 'not pinned'
  console.log(`${os.cpus()[0]?.model ?? 'unknown CPU'}, ${os.cpus().length} cores, ${pinning}`)
  console.log(`Node ${process.version}, ${effort.rounds} rounds of ${effort.roundMs} ms`)
  if (missing !== undefined) console.log(`no Collector: ${missing}`)
}

function printRow({ transport, shape, coding }: RowPlan, bytes: number, row: Row): void {
  const content = shape.content === undefined ? '' : `, content on ${shape.content}`
  const packed = coding === undefined ? '' : `, ${coding}`
  console.log(
    `\n${transport}${packed}, ${shape.spans} spans, ${shape.genAiPercent} % GenAI${content}, ` +
      `${bytes} bytes`,
  )
  console.log(
    '                   us/req  kspans/s/core  MB/s/core   req/s  RSS MB    GC   p50   p99 ms',
  )
  for (const [name, figures] of Object.entries(row)) printFigures(name as SystemName, figures)
  const [ours, idle] = [row.spancost, row.nothing]
  if (ours !== undefined && idle !== undefined) {
    const share = (100 * idle.cpuMicrosPerRequest) / ours.cpuMicrosPerRequest
    console.log(`spancost does ${share.toFixed(0)} % of what forwarding alone does`)
  }
}

function printFigures(name: SystemName, figures: Figures): void {
  const { latency, gcPercent } = figures
  const cells = [
    kinds[name]!.title.padEnd(16),
    figures.cpuMicrosPerRequest.toFixed(0).padStart(9),
    (figures.spansPerCpuSecond / 1000).toFixed(0).padStart(15),
    figures.megabytesPerCpuSecond.toFixed(0).padStart(11),
    figures.requestsPerSecond.toFixed(0).padStart(8),
    figures.peakRssMb.toFixed(0).padStart(8),
    (gcPercent === undefined ? '-' : `${gcPercent.toFixed(1)} %`).padStart(6),
    (latency?.p50Ms.toFixed(2) ?? '-').padStart(6),
    (latency?.p99Ms.toFixed(2) ?? '-').padStart(9),
  ]
  console.log(cells.join(''))
}
