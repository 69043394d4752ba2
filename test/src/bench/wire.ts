/**
 * What it costs to send traces through spancost, beside other ways to the same sink:
 *
 *   npm run bench:wire [-- --quick] [-- --json]
 *
 * Load generator, sink and what is measured are processes of their own; where there are two cores
 * and `taskset`, what is measured has one for itself. Rounds are taken in turns, figures are medians.
 * Cost is CPU time of the whole process, so that it does not matter whether the load generator kept
 * up. `--quick` only shows that everything runs. At the end comes the table of docs/performance.md,
 * and with `--json` one line of JSON.
 */
import os from 'node:os'
import { gzipSync } from 'node:zlib'
import { parseArgs } from 'node:util'
import { createBatch, type BatchShape } from './batches.ts'
import { measureRow, type Effort, type Figures, type Row, type RowPlan } from './wire/measure.ts'
import { ask, IS_PINNED, startNode, stopAll } from './wire/processes.ts'
import { findSystems, type SystemName } from './wire/systems.ts'
import { writeTable, type TableRow } from './wire/table.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
})

const effort: Effort = flags.quick
  ? { rounds: 1, warmUpMs: 200, warmUpSpans: 0, roundMs: 300, pacedMs: 300, pacedRequests: 0 }
  : {
      rounds: 5,
      warmUpMs: 3000,
      warmUpSpans: 150_000,
      roundMs: 1000,
      pacedMs: 2000,
      pacedRequests: 300,
    }

const ALL: readonly SystemName[] = ['spancost', 'nothing', 'protobufjs', 'pass-through', 'pricing']
const SOME: readonly SystemName[] = ['spancost', 'nothing', 'pricing']
const GRPC: readonly SystemName[] = ['spancost', 'pass-through', 'pricing']

const { kinds, missing } = findSystems(flags.quick !== true)
const rows: TableRow[] = []
const growth: Record<string, number> = {}
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
  const titles = (name: SystemName): string => kinds[name]!.title
  console.log(`\n${writeTable(rows, titles)}`)
  if (!flags.quick) await measureGrowth(sinkPort)
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
      growth,
    }),
  )
}

function quickPlan(): RowPlan {
  const systems: readonly SystemName[] = ['spancost', 'nothing', 'protobufjs']
  return { transport: 'http', shape: { spans: 64, genAiPercent: 10 }, systems }
}

function fullPlans(): readonly RowPlan[] {
  const plan = (
    transport: RowPlan['transport'],
    systems: readonly SystemName[],
    shape: BatchShape,
  ): RowPlan => ({ transport, systems, shape })
  return [
    ...[0, 10, 50, 100].map((genAiPercent) => plan('http', ALL, { spans: 512, genAiPercent })),
    plan('http', SOME, { spans: 512, genAiPercent: 100, content: 'none' }),
    plan('http', SOME, { spans: 512, genAiPercent: 100, content: 'all' }),
    ...[64, 2048].map((spans) => plan('http', SOME, { spans, genAiPercent: 10 })),
    { ...plan('http', GRPC, { spans: 512, genAiPercent: 10 }), coding: 'gzip' },
    ...[0, 10, 100].map((genAiPercent) => plan('grpc', GRPC, { spans: 512, genAiPercent })),
    ...[64, 2048].map((spans) => plan('grpc', GRPC, { spans, genAiPercent: 10 })),
  ]
}

/** How much longer spancost takes for twice as much of one thing: two times, if all is well. */
async function measureGrowth(sinkPort: number): Promise<void> {
  const plain: BatchShape = { spans: 512, genAiPercent: 10, scopes: 3 }
  const foreign: BatchShape = { ...plain, genAiPercent: 0 }
  const pairs: Readonly<Record<string, readonly [BatchShape, BatchShape]>> = {
    spans: [plain, { ...plain, spans: 1024 }],
    attributes: [plain, { ...plain, attributes: 20 }],
    scopes: [plain, { ...plain, scopes: 6 }],
    'foreign spans': [foreign, { ...foreign, spans: 1024 }],
  }
  console.log('\nspancost, twice as much of one thing: how much longer a request takes')
  for (const [what, shapes] of Object.entries(pairs)) {
    const micros: number[] = []
    for (const shape of shapes) {
      const plan: RowPlan = { transport: 'http', shape, systems: ['spancost'] }
      const row = await measureRow(plan, kinds, sinkPort, createBatch(shape, 1).length, effort)
      micros.push(row.spancost!.cpuMicrosPerRequest)
    }
    growth[what] = micros[1]! / micros[0]!
    console.log(`${what.padEnd(14)} x ${growth[what].toFixed(2)}`)
  }
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
    '                   us/req  kspans/s/core  MB/s/core   req/s  RSS MB      GC    p50     p99 ms',
  )
  for (const [name, figures] of Object.entries(row)) printFigures(name as SystemName, figures)
  const [ours, idle] = [row.spancost, row.nothing]
  if (ours !== undefined && idle !== undefined) {
    const share = (100 * idle.cpuMicrosPerRequest) / ours.cpuMicrosPerRequest
    console.log(`spancost does ${share.toFixed(0)} % of what forwarding alone does`)
  }
  const threads = ours?.threadMicros
  if (threads === undefined) return
  const [main, ledger, others] = [threads.main, threads.ledger, threads.others].map((micros) =>
    micros.toFixed(0),
  )
  console.log(`of its time: event loop ${main}, ledger ${ledger}, helper threads ${others} us`)
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
    (gcPercent === undefined ? '-' : `${gcPercent.toFixed(1)} %`).padStart(8),
    latency.p50Ms.toFixed(1).padStart(7),
    latency.p99Ms.toFixed(1).padStart(8),
  ]
  console.log(cells.join(''))
}
