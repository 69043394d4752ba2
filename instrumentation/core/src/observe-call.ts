import { context } from '@opentelemetry/api'
import { isApiPromise, observeApiPromise } from './api-promise.ts'
import { endWhenDropped, observeValue, type ReplyReader } from './observation.ts'
import type { ActiveOperation } from './operation.ts'
import { runQuietly } from './quietly.ts'

/**
 * Makes one call of an SDK's method inside the span of its operation and returns what the method
 * returned: of an SDK made by Stainless the very same promise, else a promise of the same kind that
 * settles the same way. A fault of ours never reaches the application.
 *
 * @param start `undefined` where the call shall have no span.
 */
export function observeCall<T>(
  call: () => T,
  start: () => ActiveOperation | undefined,
  reader: ReplyReader,
): T {
  let operation: ActiveOperation | undefined
  runQuietly(() => {
    operation = start()
  })
  if (operation === undefined) return call()
  let result: T
  try {
    result = context.with(operation.context, call)
  } catch (error) {
    operation.fail(error)
    throw error
  }
  return observeResult(result, operation, reader)
}

function observeResult<T>(result: T, operation: ActiveOperation, reader: ReplyReader): T {
  if (isApiPromise(result)) {
    runQuietly(() => observeApiPromise(result, operation, reader))
    return result
  }
  if (result instanceof Promise) return observePromise(result, operation, reader) as T
  runQuietly(() => observeValue(result, { operation, reader }))
  return result
}

/** Looking on from aside would hide from Node that nobody handles a rejection. */
function observePromise(
  promise: Promise<unknown>,
  operation: ActiveOperation,
  reader: ReplyReader,
): Promise<unknown> {
  const observation = { operation, reader }
  endWhenDropped(observation)
  return promise.then(
    (value) => {
      runQuietly(() => observeValue(value, observation))
      return value
    },
    (error: unknown) => {
      operation.fail(error)
      throw error
    },
  )
}
