import { readMember, readObject } from '@spancost/instrumentation'

type AnyFunction = (this: unknown, ...args: readonly unknown[]) => unknown

/** The functions of versions 5 and 6 that take `experimental_telemetry`. */
const FUNCTIONS: readonly string[] = [
  'generateText',
  'streamText',
  'generateObject',
  'streamObject',
  'embed',
  'embedMany',
  'rerank',
]

export interface DefaultTelemetry {
  /** Asked at each call. */
  isActive(): boolean
  /** Whether prompts and answers are recorded; the SDK itself would do so by default. */
  readonly recordsContent: boolean
}

/**
 * Lets versions 5 and 6 make the spans that they can make by themselves: the SDK's own
 * `experimental_telemetry` is on where a call does not say otherwise.
 *
 * @returns exports to use instead, for a module whose exports cannot be set
 */
export function turnTelemetryOn(
  moduleExports: object,
  { isActive, recordsContent }: DefaultTelemetry,
): object {
  const defaults = {
    isEnabled: true,
    recordInputs: recordsContent,
    recordOutputs: recordsContent,
  }
  const patched: Record<string, PropertyDescriptor> = {}
  for (const name of FUNCTIONS) {
    const original: unknown = Reflect.get(moduleExports, name)
    if (!isFunction(original)) continue
    const value: AnyFunction = function (this: unknown, ...[options, ...rest]) {
      return original.apply(this, [isActive() ? addDefaults(options, defaults) : options, ...rest])
    }
    Object.defineProperties(value, Object.getOwnPropertyDescriptors(original))
    patched[name] = { value, enumerable: true, configurable: true, writable: true }
  }
  if (setAll(moduleExports, patched)) return moduleExports
  const descriptors = { ...Object.getOwnPropertyDescriptors(moduleExports), ...patched }
  return Object.create(readPrototype(moduleExports), descriptors) as object
}

function addDefaults(options: unknown, defaults: object): unknown {
  if (typeof options !== 'object' || options === null) return options
  const own = readMember(options, 'experimental_telemetry')
  return { ...options, experimental_telemetry: { ...defaults, ...readObject(own) } }
}

/** An import hook's module takes new values; a CommonJS one made by a bundler has getters only. */
function setAll(target: object, patched: Readonly<Record<string, PropertyDescriptor>>): boolean {
  return Object.entries(patched).every(([name, { value }]) => {
    try {
      return Reflect.set(target, name, value) && Reflect.get(target, name) === value
    } catch {
      return false
    }
  })
}

function readPrototype(value: object): object | null {
  const prototype: unknown = Object.getPrototypeOf(value)
  return typeof prototype === 'object' ? prototype : null
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function'
}
