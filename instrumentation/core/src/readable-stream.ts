import type { Observation } from './observation.ts'
import { runQuietly } from './quietly.ts'

/**
 * A web stream (that of @mistralai/mistralai, for one) can be read past all of its methods: by
 * `tee()`, `pipeTo()`, a `Response`. So the application gets another stream of the same class, which
 * hands the chunks on at the application's pace and keeps none of its own.
 */
export function observeReadableStream(
  stream: ReadableStream<unknown>,
  observation: Observation,
): ReadableStream<unknown> {
  const chunks = stream.getReader()
  const substitute = new ReadableStream<unknown>(
    {
      async pull(controller) {
        try {
          const result = await chunks.read()
          if (result.done) {
            observation.operation.end()
            controller.close()
          } else {
            runQuietly(() => observeChunk(result.value, observation))
            controller.enqueue(result.value)
          }
        } catch (error) {
          observation.operation.fail(error)
          controller.error(error)
        }
      },
      async cancel(reason) {
        observation.operation.end()
        await chunks.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
  // The constructor of the SDK's class would read a response.
  const prototype: unknown = Object.getPrototypeOf(stream)
  if (typeof prototype === 'object') Object.setPrototypeOf(substitute, prototype)
  return substitute
}

function observeChunk(chunk: unknown, { operation, reader }: Observation): void {
  operation.receiveChunk(reader.readReply(chunk))
}
