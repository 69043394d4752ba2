import type { Reply } from '@spancost/genai/replies'
import type { ActiveOperation } from './operation.ts'
import { observeReadableStream } from './readable-stream.ts'
import { isSdkStream, observeAsyncIterable, observeStream } from './stream.ts'

/** How the value of a call is read. */
export interface ReplyReader {
  /** Reads the whole value, or one chunk of the stream. */
  readReply(body: unknown): Reply
  /** What the model said, where the SDK hands it over as bytes; read only if content is asked for. */
  findBody?(value: unknown): unknown
  /** What of the value is the stream, where it is not the value itself. */
  findStream?(value: unknown): unknown
  /** Reads what an SDK made by Stainless has before the body: the request and the HTTP response. */
  readHead?(head: unknown): Reply
}

/** One call under observation. Whatever can still deliver its result holds this very object. */
export interface Observation {
  readonly operation: ActiveOperation
  readonly reader: ReplyReader
}

const unread = new FinalizationRegistry<ActiveOperation>((operation) => operation.abandon())

/**
 * Ends the operation of a call whose promise or stream the application drops without reading it:
 * then nothing holds the observation any more.
 */
export function endWhenDropped(observation: Observation): void {
  const { operation } = observation
  const token = {}
  unread.register(observation, operation, token)
  // Else what has ended would be held until a turn of the event loop for which busy ones wait long.
  operation.whenEnded = () => unread.unregister(token)
}

/**
 * Reads a value that the application is about to get; a stream is read along with it.
 *
 * @returns what the application shall get: the value, or a stream of the same kind in its place.
 */
export function observeValue(value: unknown, observation: Observation): unknown {
  const { operation, reader } = observation
  const stream = reader.findStream?.(value) ?? value
  if (stream === value && stream instanceof ReadableStream) {
    return observeReadableStream(stream, observation)
  }
  if (isSdkStream(stream)) {
    observeStream(stream, observation)
  } else if (isAsyncIterable(stream)) {
    observeAsyncIterable(stream, observation)
  } else {
    try {
      operation.receive(reader.readReply(value))
    } finally {
      operation.end()
    }
  }
  return value
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, Symbol.asyncIterator) === 'function'
  )
}
