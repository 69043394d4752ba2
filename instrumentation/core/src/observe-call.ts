import { context } from '@opentelemetry/api'
import { isApiPromise, observeApiPromise } from './api-promise.ts'
import { endWhenDropped, observeValue, type Observation, type ReplyReader } from './observation.ts'
import type { ActiveOperation } from './operation.ts'
import { runQuietly } from './quietly.ts'
import { readMember } from './request-values.ts'

/**
 * Makes one call of an SDK's method inside the span of its operation and returns what the method
 * returned: of an SDK made by Stainless the very same promise, else a promise of the same kind that
 * settles the same way. A fault of ours never reaches the application.
 *
 * @param start `undefined` where the call shall have no span.
 */
export function observeCall<T>(call: () => T, start: () => Observation | undefined): T {
  let observation: Observation | undefined
  runQuietly(() => {
    observation = start()
  })
  if (observation === undefined) return call()
  const { operation, reader } = observation
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
  if (isHttpResponsePromise(result)) {
    runQuietly(() => observeHttpResponsePromise(result, operation, reader))
    return result
  }
  if (result instanceof Promise) return observePromise(result, operation, reader, observeValue) as T
  runQuietly(() => observeValue(result, { operation, reader }))
  return result
}

/** Looking on from aside would hide from Node that nobody handles a rejection. */
function observePromise(
  promise: Promise<unknown>,
  operation: ActiveOperation,
  reader: ReplyReader,
  look: (value: unknown, observation: Observation) => unknown,
): Promise<unknown> {
  const observation = { operation, reader }
  endWhenDropped(observation)
  return promise.then(
    (value) => {
      let handedOn = value
      runQuietly(() => {
        handedOn = look(value, observation)
      })
      return handedOn
    },
    (error: unknown) => {
      operation.fail(error)
      throw error
    },
  )
}

/** The promise of SDKs made by Fern (cohere-ai), which can also tell the response's headers. */
interface HttpResponsePromise {
  /** What all of its methods ask. */
  innerPromise: Promise<unknown>
}

function isHttpResponsePromise(value: unknown): value is HttpResponsePromise {
  return (
    value instanceof Promise && 'innerPromise' in value && value.innerPromise instanceof Promise
  )
}

function observeHttpResponsePromise(
  promise: HttpResponsePromise,
  operation: ActiveOperation,
  reader: ReplyReader,
): void {
  const { innerPromise } = promise
  promise.innerPromise = observePromise(innerPromise, operation, reader, (value, observation) => {
    observeValue(readMember(value, 'data'), observation)
    return value
  })
}
