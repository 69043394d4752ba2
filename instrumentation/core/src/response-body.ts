import { ReadableStream, type ReadableStreamDefaultReader } from 'node:stream/web'
import { runQuietly } from './quietly.ts'
import type { BodyListener } from './text-lines.ts'

/** What each method that reads the whole body gives, as what was in it. */
const WHOLE: Readonly<Record<string, (value: unknown) => unknown>> = {
  text: (value) => value,
  json: (value) => JSON.stringify(value),
  bytes: (value) => value,
  arrayBuffer: (value) => (value instanceof ArrayBuffer ? new Uint8Array(value) : undefined),
  blob: async (value) => (value instanceof Blob ? new Uint8Array(await value.arrayBuffer()) : ''),
}

/**
 * Reads the body of a response along with the application, which keeps the very response: as a
 * whole, by its stream, and of its clones. No byte is asked for that the application does not ask
 * for, and none is kept. What another reading begins with, another listener hears.
 */
export function observeBody(response: Response, listen: () => BodyListener): void {
  let handed: { readonly source: unknown; readonly substitute: ReadableStream } | undefined

  for (const [name, read] of Object.entries(WHOLE)) {
    const original: unknown = Reflect.get(response, name)
    if (typeof original !== 'function') continue
    define(response, name, async () => {
      // The stream that the application holds stands for the body: who reads it has used that up.
      if (handed?.substitute.locked === true) lock(handed.source)
      const value: unknown = await Reflect.apply(original, response, [])
      runQuietly(() => hear(read(value), listen()))
      return value
    })
  }
  const { clone } = response
  define(response, 'clone', () => {
    const copy = clone.call(response)
    runQuietly(() => observeBody(copy, listen))
    return copy
  })
  const getBody = Object.getOwnPropertyDescriptor(Response.prototype, 'body')?.get
  Object.defineProperty(response, 'body', {
    configurable: true,
    get() {
      const source: unknown = getBody?.call(response)
      if (handed?.source === source) return handed?.substitute ?? source
      if (!isOfBytes(source)) return source
      handed = { source, substitute: observeBytes(source, listen()) }
      return handed.substitute
    },
  })
}

function define(response: Response, name: string, value: () => unknown): void {
  Object.defineProperty(response, name, { value, configurable: true, writable: true })
}

/** Before the application goes on, unless the body has to be read out of a blob. */
function hear(body: unknown, listener: BodyListener): void {
  if (body instanceof Promise) {
    body.then(
      (content) => hear(content, listener),
      () => undefined,
    )
    return
  }
  runQuietly(() => {
    if (typeof body === 'string' || body instanceof Uint8Array) listener.receive(body)
    listener.end()
  })
}

function lock(source: unknown): void {
  if (source instanceof ReadableStream && !source.locked) source.getReader()
}

/** That of `fetch` is; one that the application made itself may not be. */
function isOfBytes(source: unknown): source is ReadableStream<Uint8Array> {
  if (!(source instanceof ReadableStream)) return false
  try {
    source.getReader({ mode: 'byob' }).releaseLock()
    return true
  } catch {
    return false
  }
}

/** A stream that can be read in all the ways of the other, and takes from it what is taken from it. */
function observeBytes(source: ReadableStream<Uint8Array>, listener: BodyListener): ReadableStream {
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  return new ReadableStream(
    {
      type: 'bytes',
      async pull(controller) {
        reader ??= source.getReader()
        const { done, value } = await reader.read()
        if (done) {
          runQuietly(() => listener.end())
          controller.close()
          controller.byobRequest?.respond(0)
          return
        }
        runQuietly(() => listener.receive(value))
        controller.enqueue(value)
      },
      async cancel(reason) {
        reader ??= source.getReader()
        await reader.cancel(reason)
      },
    },
    { highWaterMark: 0 },
  )
}
