/** Reads what the Collector's file exporter wrote: export requests in OTLP/JSON. */
import type { AttributeJson } from './requests.ts'

export interface TracesReceived {
  readonly resourceSpans: { readonly scopeSpans: ScopeSpans[] }[]
}

interface ScopeSpans {
  readonly scope: { readonly name: string }
  readonly spans: SpanReceived[]
}

/** Only what is looked into; the rest is there as well. */
export interface SpanReceived {
  readonly spanId: string
  attributes?: AttributeJson[]
}

export interface MetricsReceived {
  readonly resourceMetrics: { readonly scopeMetrics: { readonly metrics?: SumReceived[] }[] }[]
}

export interface SumReceived {
  readonly name: string
  readonly unit: string
  readonly sum: {
    /** 2: cumulative. */
    readonly aggregationTemporality: number
    readonly isMonotonic: boolean
    readonly dataPoints: PointReceived[]
  }
}

export interface PointReceived {
  readonly startTimeUnixNano: string
  readonly asInt?: string
  readonly asDouble?: number
  readonly attributes: AttributeJson[]
}

export function listSpans(requests: readonly TracesReceived[]): SpanReceived[] {
  return requests
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
}

/** The sums of one export that have this name. */
export function findSums({ resourceMetrics }: MetricsReceived, name: string): SumReceived[] {
  return resourceMetrics
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics = [] }) => metrics)
    .filter((metric) => metric.name === name)
}

/** Values as OTLP/JSON writes them; integers are strings. */
export function readAttributes(attributes: readonly AttributeJson[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
