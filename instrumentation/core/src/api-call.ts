import { context, diag } from '@opentelemetry/api'
import type { Reply } from '@spancost/genai'
import { observeApiPromise } from './api-promise.ts'
import type { ActiveOperation } from './operation.ts'
import { runQuietly } from './quietly.ts'

/**
 * Makes one call of an SDK's method inside the span of its operation and returns what the method
 * returned: the very same promise. A fault of ours never reaches the application.
 */
export function observeApiCall<T>(
  call: () => T,
  start: () => ActiveOperation,
  readReply: (body: unknown) => Reply,
): T {
  let operation: ActiveOperation
  try {
    operation = start()
  } catch (error) {
    diag.error('spancost: a call could not be observed', error)
    return call()
  }
  let result: T
  try {
    result = context.with(operation.context, call)
  } catch (error) {
    operation.fail(error)
    throw error
  }
  runQuietly(() => observeApiPromise(result, operation, readReply))
  return result
}
