import type { Endpoints } from './ports.ts'
import type { ModelSpend, Spend, Sums, TraceSpend } from './spend.ts'
import { formatTable, type Column } from './table.ts'

export interface Screen {
  readonly spend: Spend
  /** What a trace was about, by its id. */
  readonly subjects: ReadonlyMap<string, string>
  readonly endpoints: Endpoints
  readonly ledger: string
}

const MARGIN = '  '
const STEP_WIDTH = 14

/** @param strong makes a heading stand out; it must not change the text's width. */
export function renderScreen(screen: Screen, strong: (text: string) => string): string {
  const { spend, subjects } = screen
  const { models, traces, total } = spend
  const headline =
    `A support desk sorted ${subjects.size} tickets with ${total.operations} calls to ` +
    `${models.length} models, for ${total.cost} USD.`
  const sums = createSumsColumns(total)
  const byModel = formatTable<ModelSpend>(
    [{ heading: 'model', align: 'left', read: ({ model }) => model }, ...sums],
    [...models, { model: 'total', ...total }],
  )
  const byTrace = formatTable<TraceSpend>(
    [
      { heading: 'trace', align: 'left', read: ({ traceId }) => traceId.slice(0, 8) },
      { heading: 'ticket', align: 'left', read: ({ traceId }) => subjects.get(traceId) ?? '' },
      ...sums,
    ],
    traces,
  )
  const lines = [
    headline,
    '',
    ...renderTable(byModel, strong),
    '',
    ...renderTable(byTrace, strong),
    '',
    'Cached tokens are input, reasoning is output; no token is in two columns.',
    ...describeSteps(screen).flatMap((step) => ['', ...renderStep(step, strong)]),
    '',
    'Ctrl-C ends the demo.',
  ]
  return lines.map((line) => (line === '' ? '' : MARGIN + line)).join('\n')
}

function renderTable(
  [headings = '', ...rows]: readonly string[],
  strong: (text: string) => string,
): readonly string[] {
  const width = Math.max(headings.length, ...rows.map((row) => row.length))
  return [strong(headings), '\u2500'.repeat(width), ...rows]
}

function renderStep(
  [heading, ...lines]: Step,
  strong: (text: string) => string,
): readonly string[] {
  return lines.map((line, index) => {
    const label = (index === 0 ? heading : '').padEnd(STEP_WIDTH)
    return (index === 0 ? strong(label) : label) + line
  })
}

/** The columns behind the first ones of either table. */
function createSumsColumns({ unpriced }: Sums): readonly Column<Sums>[] {
  const columns: Column<Sums>[] = [
    { heading: 'calls', align: 'right', read: (sums) => String(sums.operations) },
    { heading: 'input', align: 'right', read: (sums) => String(sums.tokens.input) },
    { heading: 'cached', align: 'right', read: (sums) => String(sums.tokens.cache_read) },
    { heading: 'output', align: 'right', read: (sums) => String(sums.tokens.output) },
    { heading: 'reasoning', align: 'right', read: (sums) => String(sums.tokens.reasoning) },
    // What has no price is not said to cost 0.
    { heading: 'USD', align: 'decimal', read: (sums) => (isPriced(sums) ? sums.cost : '') },
  ]
  if (unpriced > 0) {
    columns.push({ heading: 'unpriced', align: 'right', read: (sums) => String(sums.unpriced) })
  }
  return columns
}

function isPriced({ operations, unpriced }: Sums): boolean {
  return unpriced < operations
}

type Step = readonly [heading: string, ...lines: string[]]

function describeSteps({ endpoints, ledger, spend }: Screen): readonly Step[] {
  const { http, api } = endpoints
  return [
    [
      'Look closer',
      `curl 'http://${api}/api/v1/spend?by=model'`,
      `curl http://${api}/api/v1/traces/${spend.traces[0]?.traceId ?? ''}`,
      `curl http://${api}/metrics`,
    ],
    [
      'Send spans',
      `export OTEL_EXPORTER_OTLP_ENDPOINT=http://${http}`,
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    ],
    [
      'A Collector',
      `exporters: { otlp_http/spancost: { endpoint: "http://${http}" } }`,
      'service:',
      '  pipelines:',
      '    traces: { receivers: [otlp], exporters: [otlp_http/spancost] }',
    ],
    [
      'For real',
      'With a spancost.yaml in this folder, npm start runs the processor itself.',
      `The demo's ledger is ${ledger}; each demo begins a new one.`,
    ],
  ]
}
