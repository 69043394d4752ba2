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

const observedStreams = new WeakSet<SdkStream>()

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

/** The iterator stays the SDK's own object; three of its methods tell us what they did. */
function observeIterator(iterator: AsyncIterator<unknown>, observation: Observation): void {
  const next = iterator.next.bind(iterator)
  const leave = iterator.return?.bind(iterator)
  const raise = iterator.throw?.bind(iterator)
  iterator.next = async (...args) => {
    let result: IteratorResult<unknown>
    try {
      result = await next(...args)
    } catch (error) {
      observation.operation.fail(error)
      throw error
    }
    runQuietly(() => observeResult(result, observation))
    return result
  }
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
  const { operation, readReply } = observation
  if (result.done === true) operation.end()
  else operation.receiveChunk(readReply(result.value))
}
