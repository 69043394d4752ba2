import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { KEYS, MARKS, recognize, splitUsage, type Operation } from '@spancost/genai'
import { scanTraces, type ScannedSpan } from '@spancost/otlp'
import type { TestContext } from 'vitest'

/** What other instrumentations really emitted; beside this checkout, where it is there at all. */
const CAPTURES = new URL('../../../../shared/fixtures/spans/', import.meta.url)

type Time = readonly [seconds: number, nanos: number]
type Value = string | number | boolean | readonly Value[]

interface CapturedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string | null
  readonly startTime: Time
  readonly endTime: Time
  readonly attributes: Readonly<Record<string, Value>>
  readonly scope: { readonly name: string; readonly version?: string }
}

export interface Scenario {
  readonly scenario: string
  readonly spans: readonly CapturedSpan[]
}

export interface Recognized {
  readonly span: ScannedSpan
  readonly operation: Operation
}

/** The names of all captures, sorted. Skips the test where the captures are not there. */
export function listCaptures(context: TestContext): readonly string[] {
  if (!existsSync(CAPTURES)) context.skip('no shared captures beside this checkout')
  return readdirSync(CAPTURES).toSorted()
}

/** The scenarios of one capture. Skips the test where it is not there. */
export function readCapture(context: TestContext, file: string): readonly Scenario[] {
  const path = new URL(file, CAPTURES)
  if (!existsSync(path)) context.skip(`no shared capture ${file} beside this checkout`)
  const { scenarios } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly scenarios: readonly Scenario[]
  }
  return scenarios
}

/** What is recognized of a scenario, sent as one OTLP request: through the scanner, as in use. */
export function recognizeScenario({ spans }: Scenario): readonly Recognized[] {
  const body = new TextEncoder().encode(JSON.stringify(toRequest(spans)))
  const result = scanTraces(body, 'json', { marks: MARKS, span: KEYS, shared: [], own: [] })
  if (result.kind !== 'scanned') throw new Error(result.reason)
  return result.scan.spans.flatMap((span) => {
    const operation = recognize({
      name: span.name,
      scopeName: span.scope.name,
      scopeVersion: span.scope.version,
      attribute: (key) => span.attributes.get(key),
    })
    return operation === undefined ? [] : [{ span, operation }]
  })
}

/** One line that says all that a price needs: role, provider, models, tier and disjoint units. */
export function describeOperation(operation: Operation): string {
  const { role, name, provider, requestModel, responseModel, serviceTier, region } = operation
  const models = [requestModel, responseModel].filter((model) => model !== undefined)
  const place = [serviceTier, region].filter((each) => each !== undefined)
  const split = splitUsage(operation.usage)
  const units =
    split.kind === 'units'
      ? [...split.units].map(([unit, quantity]) => `${unit} ${quantity}`).join(', ')
      : split.kind
  const doubt = operation.inclusive === 'ambiguous' ? ' (ambiguous)' : ''
  return `${[role, name, provider, [...new Set(models)].join(' > '), ...place].join(' ')}: ${units}${doubt}`
}

export function toRequest(spans: readonly CapturedSpan[]) {
  return {
    resourceSpans: [
      {
        scopeSpans: spans.map((span) => ({
          scope: { name: span.scope.name, version: span.scope.version ?? '' },
          spans: [
            {
              traceId: span.traceId,
              spanId: span.spanId,
              parentSpanId: span.parentSpanId ?? '',
              name: span.name,
              startTimeUnixNano: toNanos(span.startTime),
              endTimeUnixNano: toNanos(span.endTime),
              attributes: Object.entries(span.attributes).map(([key, value]) => ({
                key,
                value: toAnyValue(value),
              })),
            },
          ],
        })),
      },
    ],
  }
}

function toNanos([seconds, nanos]: Time): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(nanos))
}

function toAnyValue(value: Value): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  if (typeof value === 'object') return { arrayValue: { values: value.map(toAnyValue) } }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
