/**
 * What scanning and patching costs, beside a full decode and encode of the same requests:
 *
 *   npm run bench:scan [-- --quick] [-- --json]
 *
 * Times are CPU time per span in nanoseconds, medians of the rounds; codecs take turns, so that
 * what else the machine does falls on all of them. `--quick` only shows that everything runs.
 * `--json` adds one line of JSON at the end.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createBatch, type BatchShape } from './batches.ts'
import { CODECS } from './codecs.ts'
import { buildGoCodec } from './go-codec.ts'
import type { Round } from './codec-process.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
})
const plan = flags.quick
  ? { spans: [64], batches: 2, rounds: 1, warmUpMs: 10, roundMs: 20 }
  : { spans: [64, 512, 2048], batches: 24, rounds: 5, warmUpMs: 600, roundMs: 150 }

const PROTOBUF_CODECS = ['scan', 'scan+patch', 'protobufjs', 'memcpy']
const JSON_CODECS = ['JSON scan+patch', 'JSON.parse']

interface Row {
  readonly shape: BatchShape
  readonly bytesPerSpan: number
  readonly nanosPerSpan: Readonly<Record<string, number>>
  readonly gcPercent: Readonly<Record<string, number>>
}

console.log(
  `${os.cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}, ${plan.rounds} rounds\n`,
)
checkOutputs()

const shapes = plan.spans.flatMap((spans) =>
  [0, 10, 50, 100].map((genAiPercent): BatchShape => ({ spans, genAiPercent })),
)
console.log('protobuf, ns of CPU time per span')
console.log(
  'spans GenAI  B/span |  scan  scan+patch  protobufjs  memcpy |    x  MB/s  GC (scan+patch)',
)
const protobuf: Row[] = []
for (const shape of shapes) {
  const row = await measure(shape, PROTOBUF_CODECS)
  protobuf.push(row)
  printProtobuf(row)
}

const goNanosPerSpan: Record<string, number> = {}
const goCodec = flags.quick ? 'left out' : buildGoCodec()
if (typeof goCodec === 'string') console.log(`\nno Go codec: ${goCodec}`)
else {
  console.log('\npdata, the codec of the Go Collector, ns of CPU time per span; x: scan+patch')
  for (const { shape, nanosPerSpan } of protobuf.filter((row) => row.shape.spans === 512)) {
    const nanos = goCodec.measure(shape, plan.batches, plan)
    goNanosPerSpan[`${shape.genAiPercent} %`] = nanos
    const times = nanos / nanosPerSpan['scan+patch']!
    console.log(
      `${pad(shape.spans, 5)}${pad(shape.genAiPercent, 4)} %${pad(nanos, 8)} | ${pad(times, 4)}`,
    )
  }
  goCodec.remove()
}

console.log('\nOTLP/JSON, ns of CPU time per span')
console.log('spans GenAI  B/span | scan+patch  parse+stringify |    x')
const json: Row[] = []
for (const genAiPercent of [0, 10, 100]) {
  const row = await measure({ spans: 512, genAiPercent }, JSON_CODECS)
  json.push(row)
  printJson(row)
}

console.log('\nscan+patch, twice as much of one thing: how much longer a batch takes')
const plain: BatchShape = { spans: 512, genAiPercent: 10, scopes: 3 }
const GROWTHS: Readonly<Record<string, readonly [BatchShape, BatchShape]>> = {
  'spans, 512 to 1024': [plain, { ...plain, spans: 1024 }],
  'spans, 1024 to 2048': [
    { ...plain, spans: 1024 },
    { ...plain, spans: 2048 },
  ],
  'attributes, 10 to 20': [plain, { ...plain, attributes: 20 }],
  'attributes, 20 to 40': [
    { ...plain, attributes: 20 },
    { ...plain, attributes: 40 },
  ],
  'scopes, 12 to 24': [plain, { ...plain, scopes: 6 }],
  'scopes, 24 to 48': [
    { ...plain, scopes: 6 },
    { ...plain, scopes: 12 },
  ],
  'foreign spans, 512 to 1024': [
    { ...plain, genAiPercent: 0 },
    { ...plain, genAiPercent: 0, spans: 1024 },
  ],
}
const growth: Record<string, number> = {}
for (const [what, [single, double]] of Object.entries(GROWTHS)) {
  const [before, after] = [
    await measure(single, ['scan+patch']),
    await measure(double, ['scan+patch']),
  ]
  const micros = ({ nanosPerSpan, shape }: Row): number => nanosPerSpan['scan+patch']! * shape.spans
  growth[what] = micros(after) / micros(before)
  console.log(`${what.padEnd(28)} x ${growth[what].toFixed(2)}`)
}

if (flags.json)
  console.log(
    JSON.stringify({ node: process.version, plan, protobuf, goNanosPerSpan, json, growth }),
  )

/** Both codecs add behind the last attribute and write fields in order, so they must agree. */
function checkOutputs(): void {
  const batch = createBatch({ spans: 64, genAiPercent: 50 }, 1)
  const [ours, theirs] = [CODECS['scan+patch']!(batch), CODECS['protobufjs']!(batch)]
  if (Buffer.compare(ours as Uint8Array, theirs as Uint8Array) !== 0) {
    throw new Error('scan+patch and protobufjs give different bytes')
  }
}

async function measure(shape: BatchShape, codecs: readonly string[]): Promise<Row> {
  const children = codecs.map((codec) => startCodec(codec, shape))
  const rounds = codecs.map((): Round[] => [])
  try {
    for (const child of children) await askRound(child, plan.warmUpMs)
    for (let round = 0; round < plan.rounds; round++) {
      for (const [index, child] of children.entries()) {
        rounds[index]!.push(await askRound(child, plan.roundMs))
      }
    }
  } finally {
    for (const child of children) child.disconnect()
  }
  const byCodec = (read: (round: Round) => number): Record<string, number> =>
    Object.fromEntries(codecs.map((codec, index) => [codec, median(rounds[index]!.map(read))]))
  return {
    shape,
    bytesPerSpan: rounds[0]![0]!.bytesPerBatch / shape.spans,
    nanosPerSpan: byCodec(({ microsPerBatch }) => (microsPerBatch * 1000) / shape.spans),
    gcPercent: byCodec(({ gcShare }) => gcShare * 100),
  }
}

function startCodec(codec: string, shape: BatchShape): ChildProcess {
  const program = fileURLToPath(new URL('codec-process.js', import.meta.url))
  return fork(program, [codec, JSON.stringify(shape), String(plan.batches)])
}

async function askRound(child: ChildProcess, roundMs: number): Promise<Round> {
  const ended = new AbortController()
  const end = (): void => ended.abort(new Error('a codec process ended early'))
  child.once('exit', end)
  try {
    child.send({ roundMs })
    const [round] = (await once(child, 'message', { signal: ended.signal })) as [Round]
    return round
  } finally {
    child.off('exit', end)
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]!
}

function printProtobuf(row: Row): void {
  const { scan = 0, 'scan+patch': patch = 0, protobufjs = 0, memcpy = 0 } = row.nanosPerSpan
  const cells = [
    describeShape(row),
    ' | ',
    pad(scan, 5),
    pad(patch, 12),
    pad(protobufjs, 12),
    pad(memcpy, 8),
    ' | ',
    pad(protobufjs / patch, 4),
    pad((row.bytesPerSpan * 1000) / patch, 6),
    `${row.gcPercent['scan+patch']!.toFixed(1)} %`.padStart(7),
  ]
  console.log(cells.join(''))
}

function printJson(row: Row): void {
  const { 'JSON scan+patch': patch = 0, 'JSON.parse': parse = 0 } = row.nanosPerSpan
  console.log(
    `${describeShape(row)} | ${pad(patch, 10)}${pad(parse, 17)} | ${(parse / patch).toFixed(1).padStart(4)}`,
  )
}

function describeShape({ shape, bytesPerSpan }: Row): string {
  return `${pad(shape.spans, 5)}${pad(shape.genAiPercent, 4)} %${pad(bytesPerSpan, 8)}`
}

function pad(value: number, width: number): string {
  return value.toFixed(0).padStart(width)
}
