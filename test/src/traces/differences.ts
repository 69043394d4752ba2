/** What a span says of itself, and the API of a trace, against what they should say. */
import { sumDecimals } from '../end-to-end/decimals.ts'
import type { Told } from './backend.ts'
import { expectSums, standingOf, type Sum } from './expected.ts'
import type { MadeTrace } from './make-trace.ts'

/** Of the attributes that the spans of a trace left with. */
export function findSpanDifferences(
  trace: MadeTrace,
  told: ReadonlyMap<string, Told>,
): readonly string[] {
  const expected = expectSums(trace, false)
  return trace.spans.flatMap(({ spanId, parent, operation }) => {
    const { own, subtree } = expected.get(spanId)!
    const isAncestor = subtree.operations > own.operations
    const isRoot = parent === undefined && subtree.operations > 0
    const wanted = {
      ...(isAncestor && {
        ...toTotal('subtree', subtree),
        'subtree.operations': subtree.operations,
      }),
      ...(isRoot && {
        ...toTotal('trace', subtree),
        'trace.operations': subtree.operations,
        'trace.unpriced': subtree.unpriced,
      }),
    }
    const what = `${trace.traceId} ${spanId} (${operation?.standing ?? 'no operation'})`
    return compare(what, sortKeys(told.get(spanId) ?? {}), sortKeys(wanted))
  })
}

/** Where no cost is known there is no total. */
function toTotal(name: string, { costAtto, operations, unpriced }: Sum): Told {
  if (operations === unpriced) return {}
  const digits = costAtto.toString().padStart(19, '0')
  return { [`${name}.cost.total`]: Number(`${digits.slice(0, -18)}.${digits.slice(-18)}`) }
}

function sortKeys(told: Told): Told {
  return Object.fromEntries(
    Object.entries(told).toSorted(([one], [other]) => (one < other ? -1 : 1)),
  )
}

interface SumJson {
  readonly cost: { readonly amount: string }
  readonly operations: number
  readonly unpriced: number
}

/** The part of `GET /api/v1/traces/{traceId}` that is looked at. */
export interface TraceAnswer extends SumJson {
  readonly byService: readonly (SumJson & { readonly service?: string })[]
  readonly topSubtrees: readonly SumJson[]
  readonly spans: readonly {
    readonly spanId: string
    readonly parentSpanId?: string
    readonly name: string
    readonly service?: string
    readonly standing?: string
    readonly subtree: SumJson
  }[]
  readonly truncated: boolean
}

/** Of the API's answer about a trace, every span of it with its place, its standing and its sum. */
export function findAnswerDifferences(
  trace: MadeTrace,
  answer: TraceAnswer,
  isSettled: boolean,
): readonly string[] {
  const expected = expectSums(trace, isSettled)
  const found = new Map(answer.spans.map((span) => [span.spanId, span]))
  const { spans, traceId } = trace
  const subtrees = [...expected.values()].map(({ subtree }) => subtree)
  const total = expected.get(spans[0]!.spanId)!.subtree
  const top = subtrees
    .map(({ costAtto }) => costAtto)
    .filter((costAtto) => costAtto > 0n)
    .toSorted((one, other) => (one > other ? -1 : 1))
    .slice(0, 10)
  return [
    ...spans.flatMap(({ spanId, parent, name, service, operation }) =>
      compare(`${traceId} ${spanId} in the API`, describeSpan(found.get(spanId)), {
        parentSpanId: parent?.spanId,
        name,
        service,
        standing: operation && standingOf(operation, isSettled),
        subtree: describeSum(expected.get(spanId)!.subtree),
      }),
    ),
    ...compare(`${traceId}: spans`, answer.spans.length, spans.length),
    ...compare(`${traceId}: truncated`, answer.truncated, false),
    ...compare(`${traceId}: total`, describeJson(answer), describeSum(total)),
    ...compare(
      `${traceId}: top subtrees`,
      answer.topSubtrees.map(({ cost }) => String(toAtto(cost))),
      top.map(String),
    ),
    ...compare(
      `${traceId}: by service`,
      answer.byService.map(({ service, ...sum }) => `${service}: ${describeJson(sum)}`).toSorted(),
      listServices(trace, expected),
    ),
  ]
}

function describeSpan(span: TraceAnswer['spans'][number] | undefined) {
  if (span === undefined) return 'missing'
  const { parentSpanId, name, service, standing, subtree } = span
  return { parentSpanId, name, service, standing, subtree: describeJson(subtree) }
}

/** Services with an operation are listed, spend or not. */
function listServices(
  { spans }: MadeTrace,
  expected: ReturnType<typeof expectSums>,
): readonly string[] {
  const operations = spans.filter(({ operation }) => operation !== undefined)
  return [...Map.groupBy(operations, ({ service }) => service)]
    .map(([service, group]) => {
      const own = group.map(({ spanId }) => expected.get(spanId)!.own)
      const costAtto = own.reduce((sum, one) => sum + one.costAtto, 0n)
      const operationCount = own.reduce((sum, one) => sum + one.operations, 0)
      const unpriced = own.reduce((sum, one) => sum + one.unpriced, 0)
      return `${service}: ${describeSum({ costAtto, operations: operationCount, unpriced })}`
    })
    .toSorted()
}

function describeSum({ costAtto, operations, unpriced }: Sum): string {
  return `${costAtto}e-18 USD, ${operations} operations, ${unpriced} unpriced`
}

function describeJson({ cost, operations, unpriced }: SumJson): string {
  return describeSum({ costAtto: toAtto(cost), operations, unpriced })
}

function toAtto({ amount }: SumJson['cost']): bigint {
  return sumDecimals([amount])
}

function compare(what: string, found: unknown, wanted: unknown): readonly string[] {
  const [is, should] = [JSON.stringify(found), JSON.stringify(wanted)]
  return is === should ? [] : [`${what}: ${is}, should be ${should}`]
}
