import { recognize, splitUsage, type Operation } from '@spancost/genai'
import type { ExpectedSpan } from '../sdk.ts'

/** What of an OTLP/JSON span is looked at, with the scope that it came in. */
export interface SpanOfPeer {
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly scope?: { readonly name?: string; readonly version?: string }
  readonly attributes: readonly { readonly key: string; readonly value: AnyValue }[]
}

interface AnyValue {
  readonly arrayValue?: { readonly values: readonly AnyValue[] }
  readonly [kind: string]: unknown
}

export interface ComparedScenario {
  readonly isSame: boolean
  /** Calls that may cost something, and the spans that were made of them. */
  readonly calls: number
  readonly leaves: number
  /** Absent where the provider sent no usage. */
  readonly isUsageRight?: boolean
  readonly units: readonly string[]
}

export interface Result {
  readonly peer: string
  readonly sdk: string
  readonly scenarios: readonly ComparedScenario[]
}

export interface ScenarioRun {
  readonly name: string
  /** Whether the application saw the same as without instrumentation. */
  readonly isSame: boolean
  readonly expected: ExpectedSpan | readonly ExpectedSpan[]
  /** All of the run. */
  readonly spans: readonly SpanOfPeer[]
}

/**
 * Everybody's spans are read by the processor's dialects, which know how each of them counts: right
 * is what comes out of them as the same billable units.
 */
export function compareScenario({ name, isSame, expected, spans }: ScenarioRun): ComparedScenario {
  const all = 'name' in expected ? [expected] : expected
  const wanted = all
    .map((span) => {
      const scope = span.name.startsWith('anthropic.') ? NATIVE_SCOPE : OWN_SCOPE
      return read(span.name, scope, new Map(Object.entries(span.attributes)))
    })
    .filter((operation) => operation?.role === 'leaf')
    .map(describeUnits)
  const leaves = findBelow(name, spans)
    .map((span) => read(span.name, span.scope?.name ?? '', readAttributes(span), span.scope))
    .filter((operation) => operation?.role === 'leaf')
  const found = leaves.map(describeUnits)
  const isTold = wanted.some((units) => units !== '')
  return {
    isSame,
    calls: wanted.length,
    leaves: leaves.length,
    units: found.flatMap((units) => (units === '' ? [] : units.split(', '))),
    ...(isTold && { isUsageRight: wanted.toSorted().join(';') === found.toSorted().join(';') }),
  }
}

const OWN_SCOPE = '@spancost/instrumentation'
const NATIVE_SCOPE = 'com.anthropic.sdk.typescript'

function read(
  name: string,
  scopeName: string,
  attributes: ReadonlyMap<string, unknown>,
  scope: SpanOfPeer['scope'] = {},
): Operation | undefined {
  const attribute = (key: string) => attributes.get(key) as never
  return recognize({ name, scopeName, scopeVersion: scope.version ?? '', attribute })
}

function describeUnits(operation: Operation | undefined): string {
  const split = splitUsage(operation?.usage ?? {})
  return split.kind === 'units' ? [...split.units].map((unit) => unit.join(' ')).join(', ') : ''
}

/** The spans below a scenario's own span, at any depth. */
function findBelow(scenario: string, spans: readonly SpanOfPeer[]): readonly SpanOfPeer[] {
  const roots = spans.filter((span) => span.name === scenario)
  const ids = new Set(roots.map((span) => span.spanId))
  let size = -1
  while (size !== ids.size) {
    size = ids.size
    for (const span of spans) if (ids.has(span.parentSpanId ?? '')) ids.add(span.spanId)
  }
  return spans.filter((span) => ids.has(span.spanId) && !roots.includes(span))
}

function readAttributes({ attributes }: SpanOfPeer): ReadonlyMap<string, unknown> {
  return new Map(attributes.map(({ key, value }) => [key, readValue(value)]))
}

function readValue(value: AnyValue): unknown {
  if (value.arrayValue) return value.arrayValue.values.map(readValue)
  const [first] = Object.entries(value)
  return first?.[0] === 'intValue' ? Number(first[1]) : first?.[1]
}

/** One row for each instrumentation and SDK. */
export function createTable(results: readonly Result[]): string {
  const rows = results.map(({ peer, sdk, scenarios }) => {
    const changed = scenarios.filter(({ isSame }) => !isSame).length
    const exact = scenarios.filter(({ calls, leaves }) => calls === leaves).length
    const doubled = scenarios.filter(({ calls, leaves }) => leaves > calls).length
    const told = scenarios.filter(({ isUsageRight }) => isUsageRight !== undefined)
    const right = told.filter(({ isUsageRight }) => isUsageRight).length
    const units = new Set(
      scenarios.flatMap((scenario) => scenario.units.map((unit) => unit.replace(/ .*/, ''))),
    )
    return [
      peer,
      `\`${sdk}\``,
      changed === 0 ? 'no' : `${changed} of ${scenarios.length}`,
      `${exact} of ${scenarios.length}${doubled > 0 ? `, doubled in ${doubled}` : ''}`,
      `${right} of ${told.length}`,
      [...units].toSorted().join(', ') || 'none',
    ]
  })
  const header = [
    'instrumentation',
    'SDK',
    'application changed in',
    'one span a call in',
    'usage right in',
    'kinds of units told',
  ]
  const lines = [header, header.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
