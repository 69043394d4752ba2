/** What the demo asks the processor's API. */
export interface Sums {
  /** An exact decimal of USD; what could not be priced is not in it. */
  readonly cost: string
  readonly operations: number
  readonly unpriced: number
  /** Disjoint counts: cached tokens are not in `input`, reasoning is not in `output`. */
  readonly tokens: Readonly<Record<'input' | 'cache_read' | 'output' | 'reasoning', number>>
}

export interface ModelSpend extends Sums {
  readonly model: string
}

export interface TraceSpend extends Sums {
  readonly traceId: string
}

export interface Spend {
  readonly models: readonly ModelSpend[]
  readonly total: Sums
  /** The most expensive first. */
  readonly traces: readonly TraceSpend[]
}

interface SumsJson {
  readonly cost: { readonly amount: string }
  readonly operations: number
  readonly tokens: Sums['tokens']
}

interface SpendRowJson extends SumsJson {
  readonly labels: { readonly model?: string }
  readonly statuses: { readonly unpriced?: number }
}

interface TraceJson extends SumsJson {
  readonly traceId: string
  readonly unpriced: number
}

/** @param api `host:port`. Rejects where the API does not answer with 200. */
export async function readSpend(api: string): Promise<Spend> {
  const [spend, { traces }] = await Promise.all([
    readJson<{ rows: readonly SpendRowJson[]; total: SpendRowJson }>(api, 'spend?by=model'),
    readJson<{ traces: readonly TraceJson[] }>(api, 'traces?sort=cost&limit=10'),
  ])
  return {
    models: spend.rows.map((row) => ({
      model: row.labels.model ?? '(no model)',
      ...toSums(row, row.statuses.unpriced),
    })),
    total: toSums(spend.total, spend.total.statuses.unpriced),
    traces: traces.map((trace) => ({ traceId: trace.traceId, ...toSums(trace, trace.unpriced) })),
  }
}

function toSums({ cost, operations, tokens }: SumsJson, unpriced = 0): Sums {
  return { cost: cost.amount, operations, unpriced, tokens }
}

async function readJson<T>(api: string, question: string): Promise<T> {
  const response = await fetch(`http://${api}/api/v1/${question}`)
  if (!response.ok) throw new Error(`/api/v1/${question} answered ${response.status}`)
  const body: T = JSON.parse(await response.text())
  return body
}
