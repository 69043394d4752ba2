import { context, trace, type Span } from '@opentelemetry/api'
import {
  ATTR_GEN_AI_RESPONSE_FINISH_REASONS,
  ATTR_SPANCOST_RESPONSE_SERVICE_TIER,
  mergeReplies,
  readAnthropicReply,
  type Reply,
} from '@spancost/genai/replies'
import {
  describeBeyondConventions,
  describeCostDimensions,
  getInheritedAttributes,
  listen,
  readMember,
  type ContentCapture,
  type Observation,
  type ReplyReader,
} from '@spancost/instrumentation'

/**
 * Since 0.134 the SDK makes a span of each call by itself, where a tracer provider is registered and
 * nobody turned that off. A second span would count the call twice.
 */
export function makesNativeSpans(client: unknown): boolean {
  if (readMember(client, '_tracer') === undefined) return false
  const own = readMember(readMember(client, 'openTelemetry'), 'tracerProvider')
  return own !== undefined || isTracerProviderRegistered()
}

/** The API's stand-in for a provider has none to delegate to until one is registered. */
function isTracerProviderRegistered(): boolean {
  const provider: unknown = trace.getTracerProvider()
  const getDelegateTracer = readMember(provider, 'getDelegateTracer')
  if (typeof getDelegateTracer !== 'function') return true
  return Reflect.apply(getDelegateTracer, provider, ['spancost']) !== undefined
}

/**
 * Follows a call of which the SDK makes the span, and puts on that span what the SDK leaves out and
 * a price needs: searches, the fast mode, the geography. The SDK starts and ends it.
 *
 * @param content what is said, where that was asked for
 */
export function adoptNativeSpan(content?: ContentCapture): Observation {
  let span: Span | undefined
  let reply: Reply = {}
  const ctx = context.active()
  const given = { ...getInheritedAttributes(ctx), ...describeCostDimensions(ctx) }

  function receive(part: Reply): void {
    reply = mergeReplies(reply, part)
    // Where the application leaves a stream, the SDK ends its span before it tells the stream.
    if (part.usage !== undefined) complete()
  }
  function complete(): void {
    if (span?.isRecording() !== true) return
    span.setAttributes(describeMissing(reply))
    if (content) span.setAttributes(content.describeReply(reply.finishReasons ?? []))
  }
  const reader: ReplyReader = {
    readHead(head) {
      span = findSpan(head)
      span?.setAttributes({ ...given, ...content?.request })
      return {}
    },
    readReply: readAnthropicReply,
  }
  return {
    operation: {
      context: ctx,
      receive,
      receiveChunk: receive,
      end: complete,
      fail: complete,
      abandon: complete,
    },
    reader: content === undefined ? reader : listen(reader, content),
  }
}

function describeMissing(reply: Reply) {
  const reasons = reply.finishReasons?.filter((reason) => reason !== undefined) ?? []
  return {
    ...describeBeyondConventions(withoutCounted(reply)),
    ...(reply.serviceTier === 'fast' && { [ATTR_SPANCOST_RESPONSE_SERVICE_TIER]: 'fast' }),
    ...(reasons.length > 0 && { [ATTR_GEN_AI_RESPONSE_FINISH_REASONS]: reasons }),
  }
}

/** Of the counts, the SDK leaves out only the searches. */
function withoutCounted({ usage, ...reply }: Reply): Reply {
  const webSearches = usage?.webSearches
  return webSearches === undefined ? reply : { ...reply, usage: { webSearches } }
}

/** The SDK hands the span of a call down in the options of its request. */
function findSpan(head: unknown): Span | undefined {
  const span = readMember(readMember(readMember(head, 'options'), '__span'), 'span')
  return isSpan(span) ? span : undefined
}

function isSpan(value: unknown): value is Span {
  return ['isRecording', 'setAttributes'].every(
    (name) => typeof readMember(value, name) === 'function',
  )
}
