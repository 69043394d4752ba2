import { createDashboard, showStat, showTrend } from './panels.ts'

/** These count a process since it started, so they are summed over processes and never differenced. */
const P = 'spancost_processor'
const OUTCOME = 'spancost_request_outcome'

function perSecond(metric: string, by: readonly string[]): string {
  return `sum by (${by.join(', ')}) (rate(${metric}[$__rate_interval]))`
}

function quantile(q: number, histogram: string, by: readonly string[] = []): string {
  return `histogram_quantile(${q}, ${perSecond(`${histogram}_bucket`, ['le', ...by])})`
}

/** 0 where nothing was refused yet, because the series of a cause begins with its first refusal. */
function since(metric: string): string {
  return `(sum (increase(${metric}[$__range])) or vector(0))`
}

/** Whether the processor keeps up, and what stands in its way. */
export const PROCESSOR_HEALTH = createDashboard(
  {
    uid: 'spancost-health',
    title: 'spancost / Processor health',
    description: 'Spans in and out, refusals, waiting times, the ledger and the event loop.',
    hasDimensions: false,
  },
  [
    {
      title: 'In the time range',
      panels: [
        showStat(
          { title: 'Processors', description: 'That Prometheus hears of now.', unit: 'short' },
          `count (${P}_in_flight)`,
        ),
        showStat(
          { title: 'Spans', description: 'Read, whatever became of them.', unit: 'short' },
          since(`${P}_spans_total`),
        ),
        showStat(
          {
            title: 'Requests refused',
            description: 'For now or for good; senders come again with the first kind.',
            unit: 'short',
          },
          since(`${P}_refused_total`),
        ),
        showStat(
          {
            title: 'Lost to best-effort destinations',
            description: 'Requests that a destination with `require: best_effort` did not take.',
            unit: 'short',
          },
          since(`${P}_best_effort_lost_total`),
        ),
      ],
    },
    {
      title: 'What comes and what becomes of it',
      panels: [
        showTrend(
          { title: 'Spans per second', description: 'By outcome of their request.', unit: 'short' },
          [{ expr: perSecond(`${P}_spans_total`, [OUTCOME]), legend: `{{${OUTCOME}}}` }],
          { isStacked: true },
        ),
        showTrend(
          {
            title: 'Bytes per second',
            description: 'Of requests, uncompressed, by transport.',
            unit: 'Bps',
          },
          [
            {
              expr: perSecond(`${P}_request_size_total`, ['spancost_transport']),
              legend: '{{spancost_transport}}',
            },
          ],
          { isStacked: true },
        ),
        showTrend(
          {
            title: 'Refused requests per second',
            description: 'By cause: docs/metrics.md says what each of them means.',
            unit: 'short',
          },
          [
            {
              expr: perSecond(`${P}_refused_total`, ['spancost_refusal_cause']),
              legend: '{{spancost_refusal_cause}}',
            },
          ],
        ),
        showTrend(
          {
            title: 'Entries per second',
            description: 'Operations that were written down, or that the ledger had already.',
            unit: 'short',
          },
          [
            {
              expr: perSecond(`${P}_entries_total`, ['spancost_entry_outcome']),
              legend: '{{spancost_entry_outcome}}',
            },
          ],
        ),
      ],
    },
    {
      title: 'How long it takes',
      panels: [
        showTrend(
          {
            title: 'Requests, 50th and 99th percentile',
            description: 'How long senders wait, the ledger and the next hop included.',
            unit: 's',
          },
          [0.5, 0.99].map((q) => ({
            expr: quantile(q, `${P}_request_duration`),
            legend: `p${q * 100}`,
          })),
        ),
        showTrend(
          {
            title: 'Commits, 99th percentile',
            description: 'Until the ledger has the entries of a request, by outcome.',
            unit: 's',
          },
          [
            {
              expr: quantile(0.99, `${P}_commit_duration`, ['spancost_commit_outcome']),
              legend: '{{spancost_commit_outcome}}',
            },
          ],
        ),
        showTrend(
          {
            title: 'Destinations, 99th percentile',
            description: 'Retries included.',
            unit: 's',
          },
          [
            {
              expr: quantile(0.99, `${P}_forward_duration`, ['spancost_destination']),
              legend: '{{spancost_destination}}',
            },
          ],
        ),
        showTrend(
          {
            title: 'From the end of an operation to its entry, 99th percentile',
            description: 'How late spans come; queues and retries before us show here.',
            unit: 's',
          },
          [{ expr: quantile(0.99, 'spancost_ingest_lag'), legend: 'p99' }],
        ),
      ],
    },
    {
      title: 'Room',
      panels: [
        showTrend(
          {
            title: 'Event loop delay',
            description: 'Near 0 while there is room on the core.',
            unit: 's',
          },
          [
            {
              expr: `max by (spancost_quantile) (${P}_event_loop_delay)`,
              legend: '{{spancost_quantile}}',
            },
          ],
        ),
        showTrend(
          {
            title: 'Bytes in flight',
            description: 'At `receivers.otlp.maxInFlight` new requests have no room.',
            unit: 'bytes',
          },
          [{ expr: `max by (instance) (${P}_in_flight)`, legend: '{{instance}}' }],
        ),
      ],
    },
  ],
)
