/* oxlint-disable no-underscore-dangle -- _thenUnwrap is the SDK's name */
import { endWhenDropped, observeValue, type Observation, type ReplyReader } from './observation.ts'
import type { ActiveOperation } from './operation.ts'
import { runQuietly } from './quietly.ts'

/**
 * The promise that SDKs made by Stainless (openai, @anthropic-ai/sdk, groq-sdk, ...) return. It is
 * lazy: the body is parsed when somebody first asks for it, and `asResponse()` hands the body over
 * unread. So nothing here calls `then` on it: that would read the body.
 */
interface ApiPromise {
  /** Settles when the response's headers are there, or with the error of the request. */
  responsePromise: Promise<unknown>
  parseResponse: (...args: readonly unknown[]) => unknown
  asResponse: () => Promise<unknown>
  /** Makes a promise of the same kind for the transformed body; `parse()` is built on it. */
  _thenUnwrap: (transform: Transform, ...rest: readonly unknown[]) => unknown
}

type Transform = (value: unknown, ...rest: readonly unknown[]) => unknown

/** What the promises of one call share. */
interface Call extends Observation {
  readonly original: Promise<unknown>
  replacement: Promise<unknown>
  parsing: boolean
}

/** A larger body is not copied for us. */
const MAX_COPIED_BYTES = 16 * 1024 * 1024

/** Ends `operation` when the call has ended, however the application reads its result. */
export function observeApiPromise(
  promise: ApiPromise,
  operation: ActiveOperation,
  reader: ReplyReader,
): void {
  const original = promise.responsePromise
  const call: Call = { operation, reader, original, replacement: original, parsing: false }
  // It takes the place of the original, so that a rejection which nobody handles stays unhandled.
  call.replacement = original.then(
    (head) => {
      runQuietly(() => call.operation.receive(reader.readHead?.(head) ?? {}))
      return head
    },
    (error: unknown) => {
      call.operation.fail(error)
      throw error
    },
  )
  endWhenDropped(call)
  observePromise(promise, call)
}

function observePromise(promise: ApiPromise, call: Call): void {
  const { parseResponse, asResponse, _thenUnwrap: thenUnwrap } = promise
  if (promise.responsePromise === call.original) promise.responsePromise = call.replacement

  promise.parseResponse = async (...args) => {
    call.parsing = true
    let value: unknown
    try {
      value = await parseResponse.call(promise, ...args)
    } catch (error) {
      call.operation.fail(error)
      throw error
    }
    runQuietly(() => observeValue(value, call))
    return value
  }
  promise.asResponse = async () => {
    const response = await asResponse.call(promise)
    if (!call.parsing) runQuietly(() => observeRawResponse(response, call))
    return response
  }
  // Newer versions derive the promise from the request itself, past the `parseResponse` above.
  promise._thenUnwrap = (transform, ...rest) => {
    const observed: Transform = (value, ...more) => {
      runQuietly(() => observeValue(value, call))
      return transform(value, ...more)
    }
    const derived = thenUnwrap.call(promise, observed, ...rest)
    if (isApiPromise(derived)) observePromise(derived, call)
    return derived
  }
}

/**
 * The body belongs to the application. A JSON body of a known, modest kind is read from a copy; a
 * stream is not, because a copy would change when its source is paused and cancelled.
 */
function observeRawResponse(response: unknown, call: Call): void {
  if (!(response instanceof Response) || !isModestJson(response) || response.bodyUsed) {
    call.operation.end()
    return
  }
  response
    .clone()
    .json()
    .then((body) => observeValue(body, call))
    .catch(() => call.operation.end())
}

function isModestJson(response: Response): boolean {
  const type = response.headers.get('content-type') ?? ''
  const length = Number(response.headers.get('content-length') ?? 0)
  return /\bjson\b/i.test(type) && length <= MAX_COPIED_BYTES
}

export function isApiPromise(value: unknown): value is ApiPromise {
  return (
    typeof value === 'object' &&
    value !== null &&
    'responsePromise' in value &&
    value.responsePromise instanceof Promise &&
    hasMethod(value, 'parseResponse') &&
    hasMethod(value, 'asResponse') &&
    hasMethod(value, '_thenUnwrap')
  )
}

function hasMethod(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function'
}
