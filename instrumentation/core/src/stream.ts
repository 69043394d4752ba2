import type { Observation } from './observation.ts'
import { runQuietly } from './quietly.ts'

/**
 * The stream of SDKs made by Stainless. Every way to read it (`for await`, `tee()`,
 * `toReadableStream()`, the SDK's own helpers) calls `iterator()`, and it can be read only once.
 */
interface SdkStream {
  iterator: () => AsyncIterator<unknown>
}

export function isSdkStream(value: unknown): value is SdkStream {
  return (
    typeof value === 'object' &&
    value !== null &&
    'controller' in value &&
    'iterator' in value &&
    typeof value.iterator === 'function'
  )
}

const observedStreams = new WeakSet<object>()

/**
 * Follows the chunks of a stream while the application reads them, at the application's pace, and
 * ends the operation when the stream is done, fails, or is left early. An early end keeps what was
 * reported until then, and is no error: it is the application's choice.
 */
export function observeStream(stream: SdkStream, observation: Observation): void {
  if (observedStreams.has(stream)) return
  observedStreams.add(stream)
  const createIterator = stream.iterator
  let begun = false
  stream.iterator = () => {
    const iterator = createIterator.call(stream)
    // A second reading only yields the SDK's complaint about it, which is not the call's error.
    if (!begun) runQuietly(() => observeIterator(iterator, observation))
    begun = true
    return iterator
  }
}

/**
 * The same for any other stream that is read by `for await`. A generator is its own iterator; other
 * objects are asked for one.
 */
export function observeAsyncIterable(
  iterable: AsyncIterable<unknown>,
  observation: Observation,
): void {
  if (observedStreams.has(iterable)) return
  observedStreams.add(iterable)
  if (isAsyncIterator(iterable)) {
    observeIterator(iterable, observation)
    return
  }
  const createIterator = iterable[Symbol.asyncIterator]
  let begun = false
  const value = (...args: readonly []): AsyncIterator<unknown> => {
    const iterator = createIterator.apply(iterable, [...args])
    if (!begun) runQuietly(() => observeIterator(iterator, observation))
    begun = true
    return iterator
  }
  Object.defineProperty(iterable, Symbol.asyncIterator, {
    value,
    configurable: true,
    writable: true,
  })
}

function isAsyncIterator(value: object): value is AsyncIterator<unknown> {
  return 'next' in value && typeof value.next === 'function'
}

/** The iterator stays the SDK's own object; three of its methods tell us what they did. */
function observeIterator(iterator: AsyncIterator<unknown>, observation: Observation): void {
  const next = iterator.next.bind(iterator)
  const leave = iterator.return?.bind(iterator)
  const raise = iterator.throw?.bind(iterator)
  const look = (result: IteratorResult<unknown>) => {
    runQuietly(() => observeResult(result, observation))
    return result
  }
  const fail = (error: unknown) => {
    observation.operation.fail(error)
    throw error
  }
  // Not `async`, which would make two promises more of each chunk.
  iterator.next = (...args) => next(...args).then(look, fail)
  if (leave !== undefined) {
    iterator.return = (...args) => {
      observation.operation.end()
      return leave(...args)
    }
  }
  if (raise !== undefined) {
    iterator.throw = (...args) => {
      observation.operation.fail(args[0])
      return raise(...args)
    }
  }
}

function observeResult(result: IteratorResult<unknown>, observation: Observation): void {
  const { operation, reader } = observation
  if (result.done === true) operation.end()
  else operation.receiveChunk(reader.readReply(result.value))
}
