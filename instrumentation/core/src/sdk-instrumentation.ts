import { diag, trace, type DiagLogger, type Tracer, type TracerProvider } from '@opentelemetry/api'
import {
  InstrumentationBase,
  type InstrumentationConfig,
  type InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation'
import { readContentLimits, type ContentLimits } from './content-mode.ts'
import { captureContent, listen, type ContentCapture } from './content.ts'
import { isStandIn, isTracingSuppressed } from './context.ts'
import { createInstruments, type Instruments } from './metrics.ts'
import { defineSdkModule } from './module.ts'
import type { Observation, ReplyReader } from './observation.ts'
import { observeCall } from './observe-call.ts'
import { startOperation, type OperationStart } from './operation.ts'
import { asksForOldNames } from './old-names.ts'
import { runQuietly } from './quietly.ts'
import { readMember } from './request-values.ts'

/** One call of an SDK's method. */
export interface SdkCall<Config = InstrumentationConfig> {
  /** What the method was called on. */
  readonly target: unknown
  readonly args: readonly unknown[]
  readonly config: Config
  /** Absent where what is said shall not be recorded; for an operation without content, too. */
  readonly capture?: (operation: string) => ContentCapture | undefined
}

/** A method of an SDK whose calls become spans. */
export interface SdkMethod<Config = InstrumentationConfig> extends ReplyReader {
  /**
   * From the module's exports to the method, such as `OpenAI.Embeddings.prototype.create`. Behind a
   * `prototype`, names may stand for what a getter makes: `Mistral.prototype.chat.complete`.
   */
  readonly path: string
  /** For a method that other SDKs inherit as well: it is patched for the class that is named only. */
  readonly isInherited?: boolean
  /** Where some of the known versions lack it; otherwise that is worth a warning. */
  readonly optional?: boolean
  /** What its span says at the start; `undefined` for a call that shall have none. */
  describe(call: SdkCall<Config>): OperationStart | undefined
  /** The prompt's object, where it is not the first argument; read only if content is asked for. */
  findRequest?(call: SdkCall<Config>): unknown
  /** Other arguments, where the user's configuration asks for that. */
  prepare?(call: SdkCall<Config>): readonly unknown[] | undefined
  /** For a call of which the SDK makes a span by itself: what is to be done instead of another. */
  adopt?(call: SdkCall<Config>): Observation | undefined
}

export interface Sdk<Config = InstrumentationConfig> {
  /** The package's name on npm. */
  readonly name: string
  /** Files of the package, beside the main one, that others load the SDK's classes from. */
  readonly files?: readonly string[]
  /** The major versions that are known. */
  readonly majors: readonly number[]
  readonly methods: readonly SdkMethod<Config>[]
}

type Method = (this: unknown, ...args: readonly unknown[]) => unknown

/**
 * The instrumentation of one SDK, which a provider's package describes as a table of methods. A
 * class only because OpenTelemetry's registration asks for one.
 */
export abstract class SdkInstrumentation<
  Config extends InstrumentationConfig = InstrumentationConfig,
> extends InstrumentationBase<Config> {
  // The base class sets these from its constructor. Without `declare`, this class would then clear
  // them, because its own fields are initialised after the base class is done.
  declare private instruments: Instruments
  declare private patched: Map<object, Set<string>>
  declare private log: DiagLogger
  declare private ownProvider: TracerProvider | undefined
  declare private addsOldNames: boolean
  declare private contentLimits: ContentLimits | undefined

  /** Called before the constructor of the class that implements it has run. */
  protected abstract describeSdk(): Sdk<Config>

  /** For bundled applications, and for an SDK that was loaded before this instrumentation. */
  manuallyInstrument(moduleExports: unknown): void {
    const { name, methods } = this.describeSdk()
    for (const method of methods) {
      const found = findMethod(moduleExports, method)
      if (found !== undefined) this.patch(found, method)
      else if (method.optional !== true) {
        this.log.warn(`${name} has no ${method.path}; its calls make no spans.`)
      }
    }
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    this.patched = new Map()
    this.contentLimits = readContentLimits()
    this.addsOldNames = asksForOldNames()
    const { name, majors, files = [] } = this.describeSdk()
    this.log = diag.createComponentLogger({ namespace: this.instrumentationName })
    const patch = (moduleExports: unknown) => this.manuallyInstrument(moduleExports)
    return [defineSdkModule({ name, files, majors, diag: this.log, patch })]
  }

  /** The registered one is asked for at each call, unless another was given. */
  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider)
    this.ownProvider = isStandIn(provider) ? undefined : provider
  }

  /** Where spans go now. */
  protected findTracerProvider(): TracerProvider {
    return this.ownProvider ?? trace.getTracerProvider()
  }

  private findTracer(): Tracer {
    if (this.ownProvider !== undefined) return this.tracer
    return trace.getTracer(this.instrumentationName, this.instrumentationVersion)
  }

  protected override _updateMetricInstruments(): void {
    this.instruments = createInstruments(this.meter)
  }

  private describeSdkCall(
    method: SdkMethod<Config>,
    target: unknown,
    args: readonly unknown[],
  ): SdkCall<Config> {
    const call = { target, args, config: this.getConfig() }
    const limits = this.contentLimits
    if (limits === undefined) return call
    const request = method.findRequest === undefined ? args[0] : method.findRequest(call)
    return { ...call, capture: (operation) => captureContent(operation, request, limits) }
  }

  private patch({ holder, name, original }: FoundMethod, method: SdkMethod<Config>): void {
    const names = this.patched.get(holder) ?? new Set()
    if (names.has(name)) return
    this.patched.set(holder, names.add(name))

    const start = (target: unknown, args: readonly unknown[]): Observation | undefined => {
      const call = this.describeSdkCall(method, target, args)
      const adopted = method.adopt?.(call)
      if (adopted !== undefined) return adopted
      const described = method.describe(call)
      if (described === undefined) return undefined
      const { instruments, addsOldNames } = this
      const telemetry = { tracer: this.findTracer(), instruments, addsOldNames }
      const content = call.capture?.(described.name)
      if (content === undefined) {
        return { operation: startOperation(telemetry, described), reader: method }
      }
      const operation = startOperation(telemetry, { ...described, content })
      return { operation, reader: listen(method, content) }
    }
    const prepare = (target: unknown, args: readonly unknown[]): readonly unknown[] => {
      let prepared = args
      runQuietly(() => {
        prepared = method.prepare?.({ target, args, config: this.getConfig() }) ?? args
      })
      return prepared
    }
    const isActive = () => this.isEnabled() && !isTracingSuppressed()

    function patched(this: unknown, ...args: readonly unknown[]): unknown {
      if (!isActive()) return Reflect.apply(original, this, args)
      const prepared = method.prepare === undefined ? args : prepare(this, args)
      return observeCall(
        () => Reflect.apply(original, this, prepared),
        () => start(this, args),
      )
    }
    // Name and length stay as they were, and the method stays hidden from enumeration.
    Object.defineProperties(patched, Object.getOwnPropertyDescriptors(original))
    const descriptor = Object.getOwnPropertyDescriptor(holder, name)
    const property = descriptor ?? { configurable: true, writable: true, enumerable: false }
    Object.defineProperty(holder, name, { ...property, value: patched })
  }
}

interface FoundMethod {
  readonly holder: object
  readonly name: string
  readonly original: Method
}

/**
 * A bundler may leave a module's exports only as the default one's members. A module that is not the
 * main one exports what the members of the path's first class are.
 */
function findMethod(
  moduleExports: unknown,
  { path, isInherited = false }: Pick<SdkMethod, 'path' | 'isInherited'>,
): FoundMethod | undefined {
  const rest = path.slice(path.indexOf('.') + 1)
  try {
    return (
      followPath(moduleExports, path, isInherited) ??
      followPath(readMember(moduleExports, 'default'), path, isInherited) ??
      followPath(moduleExports, rest, isInherited)
    )
  } catch {
    // A getter of another version may not like the look of a client that is none.
    return undefined
  }
}

function followPath(root: unknown, path: string, isInherited: boolean): FoundMethod | undefined {
  const names = path.split('.')
  const name = names.pop() ?? ''
  let value = root
  for (const member of names) value = readMember(isPrototype(value) ? mimic(value) : value, member)
  const original = readMember(value, name)
  const holder = isInherited && isHolder(value) ? value : findHolder(value, name)
  return isMethod(original) && holder !== undefined ? { holder, name, original } : undefined
}

/**
 * SDKs make the parts of a client when they are first asked for, and export only the client's class.
 * An object that looks like a client makes them too, and keeps them to itself.
 */
function mimic(prototype: object): unknown {
  return Object.create(prototype)
}

function isPrototype(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, 'constructor') && readMember(value.constructor, 'prototype') === value
}

/** The class that brings the method in: patched there, all of its subclasses have it. */
function findHolder(value: unknown, name: string): object | undefined {
  let holder: unknown = value
  while (isHolder(holder) && !Object.hasOwn(holder, name)) holder = Object.getPrototypeOf(holder)
  return isHolder(holder) ? holder : undefined
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function'
}

function isHolder(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}
