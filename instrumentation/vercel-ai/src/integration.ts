import { context } from '@opentelemetry/api'
import { readAiSdkReply, type Reply } from '@spancost/genai/replies'
import {
  captureContent,
  endWhenDropped,
  listen,
  observeReadableStream,
  readMember,
  readObject,
  readText,
  startOperation,
  type ActiveOperation,
  type ContentLimits,
  type Observation,
  type Telemetry,
} from '@spancost/instrumentation'
import { ReadableStream } from 'node:stream/web'
import { describeCall, type OperationName } from './request.ts'

/** What of the SDK's interface for telemetry is used; it calls whatever of it is there. */
export interface TelemetryIntegration {
  executeLanguageModelCall<T>(options: { execute: () => PromiseLike<T> }): Promise<T>
  onObjectStepStart(event: unknown): void
  onObjectStepEnd(event: unknown): void
  onEmbedStart(event: unknown): void
  onEmbedEnd(event: unknown): void
  onRerankStart(event: unknown): void
  onRerankEnd(event: unknown): void
  onError(event: unknown): void
}

/** A call that never ends is forgotten when so many others have begun after it. */
const MAX_OPEN_CALLS = 1000

interface OpenCall {
  readonly callId: unknown
  readonly operation: ActiveOperation
  readonly readReply: (body: unknown) => Reply
}

/**
 * Makes a span of each call of a model, from what version 7 of the SDK tells its telemetry.
 *
 * @param getTelemetry `undefined` while there shall be no spans
 * @param limits of what is said, where that shall be recorded
 */
export function createIntegration(
  getTelemetry: () => Telemetry | undefined,
  limits?: ContentLimits,
): TelemetryIntegration {
  const startCall = (telemetry: Telemetry, name: OperationName, event: unknown) =>
    startModelCall(telemetry, name, event, limits)
  const open = new Map<string, OpenCall>()

  function begin(name: OperationName, key: unknown, event: unknown): void {
    const telemetry = getTelemetry()
    if (telemetry === undefined) return
    const { operation, reader } = startCall(telemetry, name, event)
    const { callId } = readObject(event)
    open.set(`${name} ${String(key)}`, { callId, operation, readReply: reader.readReply })
    if (open.size <= MAX_OPEN_CALLS) return
    for (const [oldest, call] of open) {
      open.delete(oldest)
      call.operation.abandon()
      break
    }
  }

  function end(name: OperationName, key: unknown, event: unknown): void {
    const call = open.get(`${name} ${String(key)}`)
    open.delete(`${name} ${String(key)}`)
    call?.operation.receive(call.readReply(event))
    call?.operation.end()
  }

  const readKey = (event: unknown, name: string) => readMember(event, name)
  return {
    async executeLanguageModelCall(options) {
      const telemetry = getTelemetry()
      if (telemetry === undefined) return options.execute()
      return observeModelCall(options.execute, startCall(telemetry, 'chat', options))
    },
    onObjectStepStart: (event) => begin('chat', readKey(event, 'callId'), event),
    onObjectStepEnd: (event) => end('chat', readKey(event, 'callId'), event),
    onEmbedStart: (event) => begin('embeddings', readKey(event, 'embedCallId'), event),
    onEmbedEnd: (event) => end('embeddings', readKey(event, 'embedCallId'), event),
    onRerankStart: (event) => begin('rerank', readKey(event, 'callId'), event),
    onRerankEnd: (event) => end('rerank', readKey(event, 'callId'), event),
    onError(event) {
      const { callId, error } = readObject(event)
      for (const [key, call] of open) {
        if (call.callId !== callId) continue
        open.delete(key)
        call.operation.fail(error)
      }
    },
  }
}

function startModelCall(
  telemetry: Telemetry,
  name: OperationName,
  event: unknown,
  limits: ContentLimits | undefined,
): Observation {
  const start = describeCall(name, event)
  const content = limits && captureContent(name, event, limits)
  const operation = startOperation(telemetry, { ...start, content })
  const reader = { readReply: (body: unknown) => readPart(body, start.provider) }
  return { operation, reader: content === undefined ? reader : listen(reader, content) }
}

/** The SDK goes on with what this returns. A stream is read along with it. */
async function observeModelCall<T>(
  execute: () => PromiseLike<T>,
  observation: Observation,
): Promise<T> {
  const { operation, reader } = observation
  try {
    const result = await context.with(operation.context, execute)
    const { stream } = readObject(result)
    if (stream instanceof ReadableStream) {
      endWhenDropped(observation)
      return { ...result, stream: observeReadableStream(stream, observation) }
    }
    operation.receive(reader.readReply(result))
    operation.end()
    return result
  } catch (error) {
    operation.fail(error)
    throw error
  }
}

/** An error amid a stream is a part of it. */
function readPart(body: unknown, provider: string): Reply {
  const { type, error } = readObject(body)
  if (type !== 'error') return readAiSdkReply(body, provider)
  return { errorType: readText(readMember(error, 'name')) ?? '_OTHER' }
}
