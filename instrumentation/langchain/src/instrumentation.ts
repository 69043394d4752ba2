import { diag, trace, type Tracer, type TracerProvider } from '@opentelemetry/api'
import {
  InstrumentationBase,
  type InstrumentationConfig,
  type InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation'
import { defineSdkModule, isStandIn, isTracingSuppressed } from '@spancost/instrumentation'
import { patchLangChain } from './patches.ts'
import { createRuns, type Runs } from './runs.ts'

const NAME = '@spancost/instrumentation-langchain'
const VERSION = '0.1.0'

export type LangChainInstrumentationConfig = InstrumentationConfig

/** Modules of `@langchain/core`, which all of LangChain and LangGraph is built on. */
const MODULES = [
  'callbacks/manager',
  'language_models/chat_models',
  'language_models/llms',
  'singletons/async_local_storage/index',
]

/**
 * Spans of LangChain's agents, chains and tools, and LangGraph's graphs. The calls of models are
 * those of the SDKs below, each instrumented by itself: there is never a second span of the same.
 */
export class LangChainInstrumentation extends InstrumentationBase {
  // Set while the base class is constructed.
  declare private runs: Runs
  declare private hasOwnTracer: boolean | undefined

  constructor(config: LangChainInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  /**
   * For bundled applications, which hand over what they import of `@langchain/core/callbacks/manager`,
   * `/language_models/chat_models`, `/language_models/llms` and `/singletons`.
   */
  manuallyInstrument(moduleExports: unknown): void {
    patchLangChain(moduleExports, this.runs)
  }

  override setTracerProvider(provider: TracerProvider): void {
    super.setTracerProvider(provider)
    this.hasOwnTracer = !isStandIn(provider)
  }

  private findTracer(): Tracer {
    return this.hasOwnTracer === true ? this.tracer : trace.getTracer(NAME, VERSION)
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    this.runs = createRuns(() =>
      this.isEnabled() && !isTracingSuppressed() ? this.findTracer() : undefined,
    )
    const log = diag.createComponentLogger({ namespace: NAME })
    const patch = (moduleExports: unknown) => this.manuallyInstrument(moduleExports)
    const files = MODULES.flatMap((name) => [`dist/${name}.js`, `dist/${name}.cjs`])
    return [defineSdkModule({ name: '@langchain/core', files, majors: [0, 1], diag: log, patch })]
  }
}
