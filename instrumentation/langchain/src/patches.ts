import { readMember } from '@spancost/instrumentation'
import type { Runs } from './runs.ts'

type Method = (this: unknown, ...args: readonly unknown[]) => unknown
type Wrap = (original: Method) => Method

/**
 * Patches what it finds of these among the exports:
 *
 * - `CallbackManager`, which every run asks for its handlers: ours is one of them.
 * - `AsyncLocalStorageProviderSingleton.runWithConfig`, in which LangChain runs the application's own
 *   code (nodes, tools, lambdas) and reads its streams.
 * - the methods in which all models make their requests.
 *
 * A handler cannot choose the context in which a run goes on; the run's id in its configuration can.
 */
export function patchLangChain(moduleExports: unknown, runs: Runs): void {
  const managers = readMember(moduleExports, 'CallbackManager')
  replaceMethod(managers, '_configureSync', (original) => addHandler(original, managers, runs))
  const storage = readMember(moduleExports, 'AsyncLocalStorageProviderSingleton')
  replaceMethod(Object.getPrototypeOf(storage ?? {}), 'runWithConfig', (original) => {
    return function runWithConfig(...args) {
      return runs.runInside(readParentRunId(args[0]), () => original.apply(this, [...args]))
    }
  })
  for (const name of ['BaseChatModel', 'BaseLLM']) {
    const prototype = readMember(readMember(moduleExports, name), 'prototype')
    replaceMethod(prototype, '_generateUncached', (original) => {
      return function generate(...args) {
        return runs.runInside(readParentRunId(args[2]), () => original.apply(this, [...args]))
      }
    })
    replaceMethod(prototype, '_streamIterator', (original) => {
      return function stream(...args) {
        return readInside(original.apply(this, [...args]), readParentRunId(args[1]), runs)
      }
    })
  }
}

/** Both of a method's copies, in CommonJS and ES modules, are seen; one must not be seen twice. */
const replaced = new WeakSet<object>()

function replaceMethod(holder: unknown, name: string, wrap: Wrap): void {
  const original = readMember(holder, name)
  if (!isHolder(holder) || !Object.hasOwn(holder, name) || !isMethod(original)) return
  if (replaced.has(original)) return
  const replacement = wrap(original)
  replaced.add(Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original)))
  const descriptor = Object.getOwnPropertyDescriptor(holder, name)
  Object.defineProperty(holder, name, { ...descriptor, value: replacement })
}

function addHandler(original: Method, managers: unknown, { handler }: Runs): Method {
  return function configure(...args) {
    const configured = original.apply(this, [...args])
    if (!isClass(managers)) return configured
    const manager = configured ?? new managers()
    const handlers = readMember(manager, 'handlers')
    if (Array.isArray(handlers) && !handlers.includes(handler)) {
      // Inherited by the runs below.
      callMethod(manager, 'addHandler', handler, true)
    }
    return manager
  }
}

/** Each step of a stream, as it is read. */
function readInside(stream: unknown, runId: unknown, runs: Runs): unknown {
  for (const name of ['next', 'return', 'throw']) {
    const original = readMember(stream, name)
    if (!isHolder(stream) || !isMethod(original)) continue
    const value: Method = (...args) => {
      if (name === 'return') runs.leave(runId)
      return runs.runInside(runId, () => original.apply(stream, [...args]))
    }
    Object.defineProperty(stream, name, { value, configurable: true, writable: true })
  }
  return stream
}

/** A configuration holds the callback manager that its run was given by the one above. */
function readParentRunId(config: unknown): unknown {
  return callMethod(readMember(config, 'callbacks'), 'getParentRunId')
}

function callMethod(target: unknown, name: string, ...args: readonly unknown[]): unknown {
  const method = readMember(target, name)
  return isMethod(method) ? method.apply(target, [...args]) : undefined
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function'
}

function isClass(value: unknown): value is new () => object {
  return typeof value === 'function'
}

function isHolder(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
