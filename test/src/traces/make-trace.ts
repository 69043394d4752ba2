/**
 * Random traces, and what each span of them is: known because it was made so, not because something
 * of ours found it out.
 */
import type { Random } from '../fuzz/random.ts'

export type Standing = 'counted' | 'restated' | 'held' | 'echo'

export interface Operation {
  readonly scope: string
  readonly attributes: Readonly<Record<string, string | number>>
  /** What the ledger has to say of it, before what is held is settled. */
  readonly standing: Standing
  /** In 1e-18 USD; absent where there is no price. */
  readonly costAtto?: bigint
  /** Whether it tells tokens: then it makes the agents above it repeat them. */
  readonly hasUsage: boolean
}

export interface MadeSpan {
  readonly traceId: string
  readonly spanId: string
  readonly name: string
  readonly service: string
  /** Milliseconds from the beginning of the trace. */
  readonly startMs: number
  readonly endMs: number
  readonly parent: MadeSpan | undefined
  readonly children: MadeSpan[]
  /** Absent: a span of something else, such as a request or a query. */
  operation?: Operation
}

export interface MadeTrace {
  readonly traceId: string
  readonly spans: readonly MadeSpan[]
}

/** What one token costs in 1e-18 USD: the listed USD per million tokens, times 1e12. */
const MODELS = [
  // 2.50, 1.25 and 10 USD.
  { name: 'gpt-4o', input: 2_500_000_000_000n, cached: 1_250_000_000_000n, output: 10n ** 13n },
  // 0.15, 0.075 and 0.60 USD.
  {
    name: 'gpt-4o-mini',
    input: 150_000_000_000n,
    cached: 75_000_000_000n,
    output: 6n * 10n ** 11n,
  },
] as const

const SERVICES = ['gateway', 'checkout', 'search', 'agents']

/** The ledger keeps 1 000 spans of a trace that are no operations. */
const MAX_OTHERS = 900

/** In traces with more operations than the ledger looks at, sightings are known by their id alone. */
const MAX_SPANS_WITHOUT_ID = 200

/** What is made of one trace so far. */
interface Draft {
  readonly random: Random
  readonly traceId: string
  readonly spans: MadeSpan[]
  calls: number
}

/** One in a hundred is 30 to 50 levels deep, one in 500 has a span with 300 to 1 000 children. */
export function makeTrace(random: Random, number: number): MadeTrace {
  const draft: Draft = {
    random,
    traceId: `a${number.toString(16).padStart(31, '0')}`,
    spans: [],
    calls: 0,
  }
  makeTree(draft)
  // Spans are added on the way, which are made something of at once.
  const drawn = draft.spans.slice()
  let others = 0
  for (const span of drawn) {
    const dice = random.below(100)
    if (span.children.length > 0) {
      if (dice < 30) setAgent(span, draft)
      else if (dice < 40) span.operation = createCall(draft)
    } else if (dice < 15) addSightings(span, draft)
    else if (dice < 65) span.operation = createCall(draft)
    else if (dice < 75) span.operation = TOOL
    if (span.operation === undefined && ++others > MAX_OTHERS) span.operation = createCall(draft)
  }
  for (const span of draft.spans) {
    if (span.operation?.standing === 'held' && hasUsageBelow(span)) {
      span.operation = { ...span.operation, standing: 'restated' }
    }
  }
  return draft
}

function makeTree(draft: Draft): void {
  const { random, spans } = draft
  const root = addSpan(draft, undefined)
  const dice = random.below(500)
  if (dice < 5) {
    let last = root
    for (let left = 29 + random.below(21); left > 0; left--) last = addSpan(draft, last)
  } else if (dice === 5) {
    const parent = addSpan(draft, root)
    for (let left = 300 + random.below(701); left > 0; left--) addSpan(draft, parent)
  }
  for (let left = random.below(20); left > 0; left--) addSpan(draft, random.pick(spans))
}

function addSpan(
  { random, traceId, spans }: Draft,
  parent: MadeSpan | undefined,
  times = makeTimes(random, parent),
): MadeSpan {
  const number = spans.length + 1
  const span: MadeSpan = {
    traceId,
    spanId: `b${number.toString(16).padStart(15, '0')}`,
    name: `span ${number}`,
    service: parent === undefined || random.below(5) === 0 ? random.pick(SERVICES) : parent.service,
    ...times,
    parent,
    children: [],
  }
  parent?.children.push(span)
  spans.push(span)
  return span
}

function makeTimes(random: Random, parent: MadeSpan | undefined) {
  const startMs = (parent?.startMs ?? 0) + random.below(20)
  return { startMs, endMs: startMs + 40 + random.below(200) }
}

/** One call in eight is of a model without a price. No two calls of a trace count the same tokens. */
function createCall(draft: Draft): Operation {
  if (draft.random.below(8) > 0) return createSighting('sdk', makeTokens(draft))
  const { costAtto: _, ...call } = createSighting('sdk', makeTokens(draft), 'gpt-of-nobody')
  return call
}

interface Tokens {
  readonly model: (typeof MODELS)[number]
  readonly input: number
  readonly output: number
  /** Of the input, read from a cache. */
  readonly cached?: number
  readonly responseId?: string
}

function makeTokens(draft: Draft): Tokens {
  const { random } = draft
  return { model: random.pick(MODELS), input: 1_000 + draft.calls++, output: random.below(500) }
}

function createSighting(
  scope: string,
  { model, input, output, cached, responseId }: Tokens,
  modelName: string = model.name,
): Operation {
  const costAtto =
    BigInt(input - (cached ?? 0)) * model.input +
    BigInt(cached ?? 0) * model.cached +
    BigInt(output) * model.output
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': modelName,
    'gen_ai.usage.input_tokens': input,
    ...(cached !== undefined && { 'gen_ai.usage.cache_read.input_tokens': cached }),
    'gen_ai.usage.output_tokens': output,
    ...(responseId !== undefined && { 'gen_ai.response.id': responseId }),
  }
  return { scope, attributes, standing: 'counted', costAtto, hasUsage: true }
}

/**
 * A call that an SDK's instrumentation saw and a wrapper's, too: as parent and child, perhaps with a
 * request in between, or side by side. The one that tells of cached tokens counts; where both tell
 * the same, the inner one does.
 */
function addSightings(span: MadeSpan, draft: Draft): void {
  const { random } = draft
  const isBeside = span.parent !== undefined && random.below(2) === 0
  const telling = random.pick(
    draft.spans.length > MAX_SPANS_WITHOUT_ID ? ['inner', 'outer'] : ['inner', 'outer', 'both'],
  )
  // An inner one is decided when it comes. What stands between the two must not have left by then.
  const hasHop = !isBeside && telling !== 'outer' && random.below(3) === 0
  const times = { startMs: span.startMs + 1, endMs: span.endMs - 1 }
  const above = isBeside ? span.parent : hasHop ? addSpan(draft, span, times) : span
  const inner = addSpan(draft, above, { startMs: times.startMs + 1, endMs: times.endMs - 1 })
  const plain = makeTokens(draft)
  const detailed = { ...plain, cached: 100 }
  const id = telling === 'both' ? {} : { responseId: `answer-${span.spanId}` }
  const tokensOf = (who: string): Tokens => ({ ...(telling === who ? detailed : plain), ...id })
  const wrapper = createSighting('wrapper', tokensOf('outer'))
  const sdk = createSighting('sdk', tokensOf('inner'))
  span.operation = telling === 'outer' ? wrapper : { ...wrapper, standing: 'echo' }
  inner.operation = telling === 'outer' ? { ...sdk, standing: 'echo' } : sdk
}

const TOOL: Operation = {
  scope: 'sdk',
  attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
  standing: 'counted',
  costAtto: 0n,
  hasUsage: false,
}

/** Most tell tokens, those below once more; held until it is known whether something is below. */
function setAgent(span: MadeSpan, draft: Draft): void {
  const hasUsage = draft.random.below(4) > 0
  const { attributes, ...call } = createSighting('agents', makeTokens(draft))
  const told = hasUsage ? attributes : {}
  const named = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'helper' }
  span.operation = { ...call, attributes: { ...told, ...named }, standing: 'held', hasUsage }
}

function hasUsageBelow({ children }: MadeSpan): boolean {
  return children.some((child) => child.operation?.hasUsage === true || hasUsageBelow(child))
}
