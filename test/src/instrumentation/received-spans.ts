/** What of an OTLP/JSON span the tests look at. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[]
  readonly status: { code?: number; message?: string }
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
}

interface TracesRequest {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[]
  }[]
}

/** What of an OTLP/JSON metric the tests look at. */
export interface ReceivedMetric {
  readonly name: string
  readonly unit: string
  readonly histogram?: {
    readonly dataPoints: readonly { readonly attributes: ReceivedSpan['attributes'] }[]
  }
}

interface MetricsRequest {
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly ReceivedMetric[] }[]
  }[]
}

export function readMetrics({ resourceMetrics = [] }: MetricsRequest): readonly ReceivedMetric[] {
  return resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics),
  )
}

export function readSpans({ resourceSpans = [] }: TracesRequest): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}

/** All spans below each scenario's own span, and those that link to it. */
export function groupByScenario(
  spans: readonly ReceivedSpan[],
  names: readonly string[],
): ReadonlyMap<string, readonly ReceivedSpan[]> {
  // Each scenario has a trace of its own.
  const scenarios = spans.filter((span) => names.includes(span.name))
  return new Map(
    scenarios.map(({ name, spanId, traceId }) => [
      name,
      spans.filter(
        (span) =>
          (span.traceId === traceId && span.spanId !== spanId) ||
          span.links?.some((link) => link.spanId === spanId) === true,
      ),
    ]),
  )
}

/** Attributes as plain values; those that differ from run to run are replaced by their kind. */
export function readAttributes(span: ReceivedSpan): Record<string, unknown> {
  return Object.fromEntries(
    span.attributes.map(({ key, value }) => [key, normalizeValue(key, readValue(value))]),
  )
}

/** Attributes with the kinds that they have on the wire, such as `intValue`. */
export function readTypedAttributes(
  attributes: ReceivedSpan['attributes'],
): Readonly<Record<string, { readonly kind: string; readonly value: unknown }>> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => {
      const [kind = ''] = Object.keys(value)
      return [key, { kind, value: readValue(value) }]
    }),
  )
}

/** What `ai` 5 and 6 tell of a stream. */
const SPEED = /^ai\.response\.(msTo|avgOutputTokens)/

function normalizeValue(key: string, value: unknown): unknown {
  if (key === 'gen_ai.response.id') return String(value).replace(/\d+$/, '*')
  if (key === 'anthropic.request.id') return String(value).replace(/\d+$/, '*')
  const number = Number(value)
  if (key === 'gen_ai.response.time_to_first_chunk') return number > 0 ? 'seconds' : value
  if (SPEED.test(key)) return number > 0 ? 'a number' : value
  if (key === 'ai.request.headers.user-agent') return String(value).replace(/\d[\d.]+$/, '*')
  if (key === 'server.port') return number > 1023 ? 'a port' : value
  if (key === 'url.full') return String(value).replace(/:\d+\//, ':*/')
  return value
}

interface AnyValue {
  readonly arrayValue?: { readonly values: readonly AnyValue[] }
  readonly [kind: string]: unknown
}

function readValue(value: AnyValue): unknown {
  if (value.arrayValue) return value.arrayValue.values.map(readValue)
  return Object.values(value)[0]
}
