import type { Consume } from './consume.ts'

/**
 * Memory of bodies that is given back when the last of those who use it lets go. Left to the garbage
 * collector, bodies make it run: it is most of what a request without GenAI spans costs.
 *
 * Who cannot tell when a use ends does not let go, and the garbage collector finds the body later.
 */
const uses = new WeakMap<Uint8Array, number>()

/** Less is not worth the call. */
const MIN_FREED_BYTES = 8192

/**
 * Counts the uses of `body` from now on; the first is the caller's own. Nothing else may lie in its
 * ArrayBuffer.
 */
export function lendBody(body: Uint8Array): void {
  uses.set(body, 1)
}

/** One use more. Of a body that nobody has lent, this means nothing. */
export function holdBody(body: Uint8Array): void {
  const count = uses.get(body)
  if (count !== undefined) uses.set(body, count + 1)
}

/** One use less. After the last one the body is empty. */
export function letGoOfBody(body: Uint8Array): void {
  const count = uses.get(body)
  if (count === undefined) return
  if (count > 1) {
    uses.set(body, count - 1)
    return
  }
  uses.delete(body)
  const { buffer } = body
  if (buffer instanceof ArrayBuffer && buffer.byteLength >= MIN_FREED_BYTES) buffer.transfer(0)
}

/** Lends the bodies of requests, which lie in memory of their own, for as long as `next` takes. */
export function lendBodies(next: Consume): Consume {
  return async (request, signal) => {
    lendBody(request.body)
    const result = await next(request, signal)
    letGoOfBody(request.body)
    return result
  }
}
