import { createHash } from 'node:crypto'
import {
  context,
  diag,
  SpanKind,
  trace,
  TraceFlags,
  type Context,
  type TracerProvider,
} from '@opentelemetry/api'
import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions'
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  type Reply,
} from '@spancost/genai/replies'
import { describeReply, withoutAbsent } from './attributes.ts'
import { describeCostDimensions } from './cost-dimensions.ts'
import { getInheritedAttributes } from './inherited-attributes.ts'
import type { Observation, ReplyReader } from './observation.ts'
import { addOldNames, asksForOldNames } from './old-names.ts'
import type { OperationStart } from './operation.ts'
import { runQuietly } from './quietly.ts'
import { readMember } from './request-values.ts'

/** One call of a batch, whose result is read now. */
export interface BatchResult extends Pick<
  OperationStart,
  'name' | 'provider' | 'server' | 'attributes' | 'serviceTierKey'
> {
  /** With an id: results without one cannot be told from each other, and have no span. */
  readonly reply: Reply
}

export interface BatchRecorderOptions {
  /** Where spans go now. */
  findTracerProvider(): TracerProvider
  /** Of the instrumentation. */
  readonly name: string
  readonly version: string
}

/** A span processor's queue holds 2048 by default, and what comes then is dropped. */
const BURST = 512

/** So many may wait for their turn; no provider takes more calls in a batch. */
const MAX_WAITING = 100_000

/**
 * Makes a span of each result of a batch that is read below the active span.
 *
 * Results may be read any number of times, in any process. So each has a trace of its own, whose id
 * is made of the provider and the reply's id: all readings of one result meet there, and a ledger
 * that knows two spans with one reply for one call counts it once. The spans link to the one that
 * read them. They tell no durations and go into no metrics, which could not tell a second reading.
 */
export function createBatchRecorder(options: BatchRecorderOptions): (result: BatchResult) => void {
  const reading = context.active()
  const provider = options.findTracerProvider()
  const waiting: BatchResult[] = []
  let unsent = 0
  let isDraining = false

  function emit(result: BatchResult): void {
    unsent += 1
    const tracer = provider.getTracer(options.name, options.version)
    const link = trace.getSpanContext(reading)
    const span = tracer.startSpan(
      result.name,
      {
        kind: SpanKind.CLIENT,
        attributes: describeResult(result, reading),
        ...(link && { links: [{ context: link }] }),
      },
      findPlace(result, reading),
    )
    span.end()
  }

  async function drain(): Promise<void> {
    isDraining = true
    while (waiting.length > 0) {
      await flush(provider)
      unsent = 0
      for (const result of waiting.splice(0, BURST)) runQuietly(() => emit(result))
    }
    isDraining = false
  }

  return (result) => {
    if (result.reply.responseId === undefined) return
    if (unsent < BURST) emit(result)
    else if (waiting.length < MAX_WAITING) waiting.push(result)
    else diag.warn('spancost: a result of a batch has no span, as too many wait to be sent')
    if (waiting.length > 0 && !isDraining) void drain()
  }
}

/** A call that has no span of its own, and whose value is only read. */
export function followSilently(readReply: (value: unknown) => void, more = {}): Observation {
  const ignore = () => undefined
  const reader: ReplyReader = {
    readReply: (value) => {
      readReply(value)
      return {}
    },
    ...more,
  }
  const operation = {
    context: context.active(),
    receive: ignore,
    receiveChunk: ignore,
    end: ignore,
    fail: ignore,
    abandon: ignore,
  }
  return { operation, reader }
}

function describeResult(result: BatchResult, reading: Context) {
  const { name, provider, server, attributes, serviceTierKey } = result
  const described = withoutAbsent({
    ...getInheritedAttributes(reading),
    [ATTR_GEN_AI_OPERATION_NAME]: name,
    [ATTR_GEN_AI_PROVIDER_NAME]: provider,
    [ATTR_SERVER_ADDRESS]: server?.address,
    [ATTR_SERVER_PORT]: server?.port,
    ...attributes,
    ...describeCostDimensions(reading),
    // Some replies name the tier that they would have had outside of the batch.
    ...describeReply({ ...result.reply, serviceTier: 'batch' }, serviceTierKey),
  })
  return asksForOldNames() ? addOldNames(described) : described
}

/** Below a span that nobody makes, because only the trace's id can be chosen. */
function findPlace({ provider, reply }: BatchResult, reading: Context): Context {
  const digest = createHash('sha256').update(`${provider}\n${reply.responseId}`).digest('hex')
  return trace.setSpanContext(reading, {
    traceId: digest.slice(0, 32),
    spanId: digest.slice(32, 48),
    traceFlags: trace.getSpanContext(reading)?.traceFlags ?? TraceFlags.SAMPLED,
    isRemote: true,
  })
}

async function flush(provider: TracerProvider): Promise<void> {
  const getDelegate = readMember(provider, 'getDelegate')
  const delegate: unknown =
    typeof getDelegate === 'function' ? Reflect.apply(getDelegate, provider, []) : provider
  const forceFlush = readMember(delegate, 'forceFlush')
  try {
    if (typeof forceFlush === 'function') await Reflect.apply(forceFlush, delegate, [])
  } catch (error) {
    diag.warn('spancost: spans of a batch could not be sent', error)
  }
  // One turn of the event loop at least, as the application's work goes on meanwhile.
  await new Promise((resolve) => setImmediate(resolve))
}
