import type { Operation } from '@spancost/genai'
import * as fc from 'fast-check'
import type { Entry, Relative, Standing } from '../entry.ts'
import { createSampleEntry, SAMPLE_START_UNIX_MS } from './sample-entries.ts'

/**
 * Traces of which the truth is known, because they are made from it: agents, the calls that they
 * made, what each instrumentation saw of a call, and the spans between them. What a ledger must say
 * in the end is written down here from the story, not from the spans.
 */
export interface TraceModel {
  readonly entries: readonly Entry[]
  readonly relatives: readonly Relative[]
  /** By span id, after settling. */
  readonly standings: Readonly<Record<string, Standing>>
}

/** Who saw a call. Each is inside the one before it, so the last one is nearest to the wire. */
const SEERS = ['wrapper', 'sdk', 'gateway'] as const
type Seer = (typeof SEERS)[number]

/** A span that is never seen, as of a service that sends its spans elsewhere. */
const ROOT = 0xffff

interface AgentSketch {
  /** The number of an earlier agent; others are below the root. */
  readonly below: number
  readonly behindHop: boolean
  readonly tellsUsage: boolean
}

interface CallSketch {
  readonly below: number
  readonly behindHop: boolean
  readonly seers: readonly Seer[]
  /** Whether what is inside is a child of what is outside, or its sibling. */
  readonly isNested: boolean
  /** Who listed the cached tokens as well, if anybody. */
  readonly detailedBy: Seer
  readonly hasResponseId: boolean
}

interface Sketch {
  readonly agents: readonly AgentSketch[]
  readonly calls: readonly CallSketch[]
}

export const traceSketch: fc.Arbitrary<Sketch> = fc.record({
  agents: fc.array(
    fc.record({
      below: fc.nat(4),
      behindHop: fc.boolean(),
      tellsUsage: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
  calls: fc.array(
    fc.record({
      below: fc.nat(5),
      behindHop: fc.boolean(),
      seers: fc.subarray([...SEERS], { minLength: 1 }),
      isNested: fc.boolean(),
      detailedBy: fc.constantFrom(...SEERS),
      hasResponseId: fc.boolean(),
    }),
    { maxLength: 4 },
  ),
})

/** `trace` is the number of its id. */
export function createTrace(trace: number, sketch: Sketch, labels: Entry['labels']): TraceModel {
  const entries: Entry[] = []
  const relatives: Relative[] = []
  const standings: Record<string, Standing> = {}
  const agents: { readonly span: number; readonly parents: readonly number[] }[] = []
  let spans = 0

  /** A parent for what is below an agent, with a span between them where the story has one. */
  function enter(below: number, isBehindHop: boolean): number {
    const parent = agents[below]?.span ?? ROOT
    if (!isBehindHop) return parent
    spans += 1
    relatives.push(createRelative(trace, spans, parent))
    return spans
  }

  const tells = new Set<number>()
  for (const [number, { below, behindHop, tellsUsage }] of sketch.agents.entries()) {
    const above = below < number ? below : -1
    const parent = enter(above, behindHop)
    spans += 1
    const usage = tellsUsage ? { inputTokens: 7 } : {}
    const operation = {
      role: 'container',
      name: 'invoke_agent',
      scopeName: 'agents',
      usage,
    } as const
    const lines = tellsUsage ? ([['input', 7, 70n]] as const) : []
    entries.push(
      withParent(createSampleEntry({ trace, span: spans, operation, lines, labels }), parent),
    )
    const parents = above < 0 ? [] : [...agents[above]!.parents, above]
    agents.push({ span: spans, parents })
    if (tellsUsage) for (const each of parents) tells.add(each)
  }

  for (const [number, call] of sketch.calls.entries()) {
    const parent = enter(call.below, call.behindHop)
    const agent = agents[call.below]
    if (agent !== undefined) for (const each of [...agent.parents, call.below]) tells.add(each)
    let above = parent
    const best = call.seers.includes(call.detailedBy) ? call.detailedBy : call.seers.at(-1)
    for (const seer of call.seers) {
      spans += 1
      const entry = createSighting(trace, spans, number, call, seer)
      entries.push(withParent({ ...entry, labels }, above))
      standings[idOf(spans)] = seer === best ? 'counted' : 'echo'
      if (call.isNested) above = spans
    }
  }
  for (const [number, { span }] of agents.entries()) {
    const alone = sketch.agents[number]!.tellsUsage ? 'counted' : 'held'
    standings[idOf(span)] = tells.has(number) ? 'restated' : alone
  }
  return { entries, relatives, standings }
}

/** Calls are ten seconds apart; who is further inside starts later and ends earlier. */
function createSighting(
  trace: number,
  span: number,
  number: number,
  call: CallSketch,
  seer: Seer,
): Entry {
  const inset = 100 * SEERS.indexOf(seer)
  const startUnixMs = SAMPLE_START_UNIX_MS + 10_000 * number + inset
  const isDetailed = seer === call.detailedBy
  const usage = { inputTokens: 100, outputTokens: 5, ...(isDetailed && { cacheReadTokens: 60 }) }
  const operation: Partial<Operation> = {
    scopeName: seer,
    provider: 'openai',
    requestModel: 'm1',
    usage,
    ...(call.hasResponseId && seer !== 'wrapper' && { responseId: `r${number}` }),
  }
  const cost = BigInt(1_000 * (number + 1) + span)
  const entry = createSampleEntry({
    trace,
    span,
    startUnixMs,
    operation,
    lines: isDetailed
      ? [
          ['input', 40, cost],
          ['cache_read', 60, 1n],
          ['output', 5, 2n],
        ]
      : [
          ['input', 100, 2n * cost],
          ['output', 5, 2n],
        ],
  })
  const durationNano = BigInt(5_000 - 2 * inset) * 1_000_000n
  return { ...entry, endTimeUnixNano: entry.startTimeUnixNano + durationNano }
}

function createRelative(trace: number, span: number, parent: number): Relative {
  const { traceId, spanId, startTimeUnixNano, endTimeUnixNano } = createSampleEntry({ trace, span })
  const times = { startTimeUnixNano, endTimeUnixNano }
  return { traceId, spanId, parentSpanId: idOf(parent), name: 'POST /', ...times, service: 'shop' }
}

function withParent(entry: Entry, parent: number): Entry {
  return { ...entry, parentSpanId: idOf(parent) }
}

function idOf(span: number): string {
  return span.toString(16).padStart(16, '0')
}
