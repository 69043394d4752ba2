import {
  context,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Tracer,
} from '@opentelemetry/api'
import {
  ATTR_ERROR_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
} from '@opentelemetry/semantic-conventions'
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_REQUEST_STREAM,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK,
  mergeReplies,
  type Reply,
  type Usage,
} from '@spancost/genai/replies'
import { describeCostDimensions } from './cost-dimensions.ts'
import { addPresent, describeReply } from './attributes.ts'
import type { ContentCapture } from './content.ts'
import { describeError, type ErrorDescription } from './errors.ts'
import { getInheritedAttributes } from './inherited-attributes.ts'
import { recordTokens, type Instruments } from './metrics.ts'
import { addOldNames } from './old-names.ts'
import { runQuietly } from './quietly.ts'

export interface Telemetry {
  readonly tracer: Tracer
  readonly instruments: Instruments
  /** Whether what the conventions renamed shall have its old name, too. */
  readonly addsOldNames?: boolean
}

/** What is known before the call. */
export interface OperationStart {
  /** `gen_ai.operation.name`. */
  readonly name: string
  /** `gen_ai.provider.name`. */
  readonly provider: string
  readonly requestModel: string | undefined
  readonly server: { readonly address: string; readonly port: number } | undefined
  readonly stream: boolean
  /** Further attributes of the span. */
  readonly attributes: Attributes
  /** What the request alone tells of the usage, such as the characters to be spoken. */
  readonly usage?: Usage
  /** What is only known a little later; a failure of it is none of the call. */
  readonly later?: Promise<Reply>
  /** The provider's attribute for the tier that served the call. */
  readonly serviceTierKey: string
  /** What is said, where that was asked for. */
  readonly content?: ContentCapture | undefined
}

/** A running call. It ends once; whatever comes after its end is ignored. Nothing here throws. */
export interface ActiveOperation {
  /** The caller's context with the operation's span in it. */
  readonly context: Context
  /** A whole reply, or anything that the provider told of it. */
  receive(reply: Reply): void
  /** One chunk of a streamed reply. */
  receiveChunk(reply: Reply): void
  end(): void
  fail(error: unknown): void
  /** Ends it at the time when it was last heard of. */
  abandon(): void
  /** Set by whoever wants to know that it has ended. */
  whenEnded?: () => void
}

/** Starts the span `{operation} {request model}` of kind CLIENT below the active one. */
export function startOperation(telemetry: Telemetry, start: OperationStart): ActiveOperation {
  const common = describeCommon(start)
  const rename = (from: Attributes) => (telemetry.addsOldNames === true ? addOldNames(from) : from)
  const parent = context.active()
  const name = start.requestModel === undefined ? start.name : `${start.name} ${start.requestModel}`
  const attributes = describeStart(start, common, parent)
  const span = telemetry.tracer.startSpan(
    name,
    { kind: SpanKind.CLIENT, attributes: rename(attributes) },
    parent,
  )

  const startedAt = performance.now()
  let heardOfAtMs: number | undefined
  let firstChunkAfterS: number | undefined
  let reply: Reply = start.usage === undefined ? {} : { usage: start.usage }
  let ended = false

  function finish(error: ErrorDescription | undefined, endTimeMs?: number): void {
    if (ended) return
    ended = true
    operation.whenEnded?.()
    const failure = error ?? (reply.errorType === undefined ? undefined : describeFailure(reply))
    span.setAttributes(rename(describeReply(reply, start.serviceTierKey)))
    if (start.content) span.setAttributes(start.content.describeReply(reply.finishReasons ?? []))
    if (firstChunkAfterS !== undefined) {
      // Of some SDKs, the request does not tell.
      span.setAttribute(ATTR_GEN_AI_REQUEST_STREAM, true)
      span.setAttribute(ATTR_GEN_AI_RESPONSE_TIME_TO_FIRST_CHUNK, firstChunkAfterS)
    }
    if (failure !== undefined) {
      span.setAttribute(ATTR_ERROR_TYPE, failure.type)
      span.setStatus({ code: SpanStatusCode.ERROR, message: failure.summary })
    }
    span.end(endTimeMs)
    recordMetrics(failure)
  }

  function recordMetrics(failure: ErrorDescription | undefined): void {
    const { instruments } = telemetry
    if (!instruments.areKept) return
    const labels = { ...common }
    if (reply.responseModel !== undefined) labels[ATTR_GEN_AI_RESPONSE_MODEL] = reply.responseModel
    const renamed = rename(labels)
    const seconds = (performance.now() - startedAt) / 1000
    const failed = failure && { ...renamed, [ATTR_ERROR_TYPE]: failure.type }
    instruments.duration.record(seconds, failed ?? renamed)
    if (reply.usage) recordTokens(instruments, reply.usage, renamed)
  }

  function receive(part: Reply): void {
    heardOfAtMs = Date.now()
    if (!ended) reply = isEmpty(reply) ? part : mergeReplies(reply, part)
  }

  start.later?.then(receive, () => undefined)
  const operation: ActiveOperation = {
    context: trace.setSpan(parent, span),
    receive,
    receiveChunk(part) {
      firstChunkAfterS ??= (performance.now() - startedAt) / 1000
      receive(part)
    },
    end: () => runQuietly(() => finish(undefined)),
    fail: (error) => runQuietly(() => finish(describeError(error))),
    abandon: () => runQuietly(() => finish(undefined, heardOfAtMs)),
  }
  return operation
}

function describeStart(start: OperationStart, common: Attributes, parent: Context): Attributes {
  const attributes = { ...getInheritedAttributes(parent), ...common }
  addPresent(attributes, start.attributes)
  addPresent(attributes, describeCostDimensions(parent))
  if (start.content) addPresent(attributes, start.content.request)
  if (start.stream) attributes[ATTR_GEN_AI_REQUEST_STREAM] = true
  return attributes
}

/** What the span and the metrics of a call have in common. */
function describeCommon({ name, provider, requestModel, server }: OperationStart): Attributes {
  const common: Attributes = {
    [ATTR_GEN_AI_OPERATION_NAME]: name,
    [ATTR_GEN_AI_PROVIDER_NAME]: provider,
  }
  if (requestModel !== undefined) common[ATTR_GEN_AI_REQUEST_MODEL] = requestModel
  if (server !== undefined) {
    common[ATTR_SERVER_ADDRESS] = server.address
    common[ATTR_SERVER_PORT] = server.port
  }
  return common
}

function isEmpty(reply: Reply): boolean {
  for (const _ in reply) return false
  return true
}

function describeFailure(reply: Reply): ErrorDescription {
  const type = reply.errorType ?? '_OTHER'
  return { type, summary: type }
}
