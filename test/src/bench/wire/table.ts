/** The figures of a run as the table of docs/performance.md. */
import type { Row, RowPlan } from './measure.ts'
import type { SystemName } from './systems.ts'

export interface TableRow extends RowPlan {
  readonly bytesPerRequest: number
  readonly figures: Row
}

const HEAD = [
  'spans, GenAI',
  '',
  'µs/request',
  'spans/s/core',
  'MB/s/core',
  'RSS MB',
  'GC',
  'p50 ms',
  'p99 ms',
]

export function writeTable(
  rows: readonly TableRow[],
  titleOf: (name: SystemName) => string,
): string {
  const lines = rows.flatMap((row) =>
    Object.entries(row.figures).map(([name, figures], at) => [
      at === 0 ? describe(row) : '',
      titleOf(name as SystemName),
      whole(figures.cpuMicrosPerRequest),
      whole(Math.round(figures.spansPerCpuSecond / 1000) * 1000),
      whole(figures.megabytesPerCpuSecond),
      whole(figures.peakRssMb),
      figures.gcPercent === undefined ? '' : `${figures.gcPercent.toFixed(1)} %`,
      figures.latency.p50Ms.toFixed(1),
      figures.latency.p99Ms.toFixed(1),
    ]),
  )
  return [HEAD, HEAD.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

function describe({ transport, shape, coding }: TableRow): string {
  const { spans, genAiPercent, content } = shape
  const texts = content === undefined ? '' : TEXTS[content]
  const way = transport === 'grpc' ? ', gRPC in' : coding === undefined ? '' : `, ${coding} in`
  return `${whole(spans)}, ${genAiPercent} %${texts}${way}`
}

const TEXTS = { none: ', no long texts', all: ', long texts on all' } as const

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
