import { diag } from '@opentelemetry/api'
import {
  InstrumentationBase,
  type InstrumentationConfig,
  type InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation'
import { readOpenAIReply } from '@spancost/genai'
import {
  createInstruments,
  defineSdkModule,
  isTracingSuppressed,
  observeApiCall,
  startOperation,
  type Instruments,
} from '@spancost/instrumentation'
import { describeCall, type Api } from './request.ts'

const NAME = '@spancost/instrumentation-openai'
const VERSION = '0.1.0'

const log = diag.createComponentLogger({ namespace: NAME })

/** Where the SDK's resource classes are found, and the API that each stands for. */
const RESOURCES: readonly (readonly [path: readonly string[], api: Api])[] = [
  [['Chat', 'Completions'], 'chat_completions'],
  [['Responses'], 'responses'],
  [['Embeddings'], 'embeddings'],
]

type Create = (this: unknown, ...args: readonly unknown[]) => unknown

export type OpenAIInstrumentationConfig = InstrumentationConfig

/**
 * Makes a span of each `create` call of the `openai` package, and thereby of its helpers (`parse`,
 * `stream`, `runTools`, ...), which all go through `create`.
 */
export class OpenAIInstrumentation extends InstrumentationBase {
  // The base class sets both from its constructor. Without `declare`, this class would then clear
  // them, because its own fields are initialised after the base class is done.
  declare private instruments: Instruments
  declare private patched: WeakSet<object>

  constructor(config: OpenAIInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  /** For bundled applications, and for an `openai` that was loaded before this instrumentation. */
  manuallyInstrument(moduleExports: unknown): void {
    for (const [path, api] of RESOURCES) {
      const prototype = findPrototype(moduleExports, path)
      if (prototype === undefined) {
        log.warn(`openai has no ${path.join('.')}.create; its calls make no spans.`)
      } else if (!this.patched.has(prototype)) {
        this.patched.add(prototype)
        this.patch(prototype, api)
      }
    }
  }

  protected override init(): InstrumentationNodeModuleDefinition {
    this.patched = new WeakSet()
    return defineSdkModule({
      name: 'openai',
      majors: [6, 7],
      diag: log,
      patch: (moduleExports) => this.manuallyInstrument(moduleExports),
    })
  }

  protected override _updateMetricInstruments(): void {
    this.instruments = createInstruments(this.meter)
  }

  private patch(prototype: { create: Create }, api: Api): void {
    const original = prototype.create
    const start = (resource: unknown, body: unknown) =>
      startOperation(
        { tracer: this.tracer, instruments: this.instruments },
        describeCall(api, readClient(resource), body),
      )
    const isActive = () => this.isEnabled() && !isTracingSuppressed()

    function create(this: unknown, ...args: readonly unknown[]): unknown {
      const call = () => original.apply(this, [...args])
      return isActive() ? observeApiCall(call, () => start(this, args[0]), readOpenAIReply) : call()
    }
    // Name and length stay as they were, and the method stays hidden from enumeration.
    Object.defineProperties(create, Object.getOwnPropertyDescriptors(original))
    Object.defineProperty(prototype, 'create', { value: create })
  }
}

/** Both copies of the SDK, CommonJS and ESM, name their client; a bundler may leave the default. */
function findPrototype(
  moduleExports: unknown,
  path: readonly string[],
): { create: Create } | undefined {
  let value = readMember(moduleExports, 'OpenAI') ?? readMember(moduleExports, 'default')
  for (const name of path) value = readMember(value, name)
  const prototype = readMember(value, 'prototype')
  return hasCreate(prototype) ? prototype : undefined
}

function readClient(resource: unknown): unknown {
  return readMember(resource, '_client')
}

function readMember(value: unknown, name: string): unknown {
  const isObject = typeof value === 'function' || (typeof value === 'object' && value !== null)
  return isObject ? Reflect.get(value, name) : undefined
}

function hasCreate(value: unknown): value is { create: Create } {
  return typeof readMember(value, 'create') === 'function'
}
