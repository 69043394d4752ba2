import { diag } from '@opentelemetry/api'
import {
  InstrumentationBase,
  type InstrumentationConfig,
  type InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation'
import {
  asksForOldNames,
  createInstruments,
  defineSdkModule,
  isTracingSuppressed,
  readContentLimits,
  readMember,
  type Instruments,
} from '@spancost/instrumentation'
import { turnTelemetryOn } from './default-telemetry.ts'
import { createIntegration, type TelemetryIntegration } from './integration.ts'

const NAME = '@spancost/instrumentation-vercel-ai'
const VERSION = '0.1.0'

export type VercelAIInstrumentationConfig = InstrumentationConfig

/** Where version 7 looks for telemetry, whichever copy of it is loaded. */
declare global {
  var AI_SDK_TELEMETRY_INTEGRATIONS: unknown[] | undefined
}

/**
 * Spans for Vercel's AI SDK, by its own means. Version 7 is told where to report the calls of models;
 * versions 5 and 6 have their own spans turned on. There is never a second span of the same call:
 * where `@ai-sdk/otel` is registered, its spans are the ones.
 */
export class VercelAIInstrumentation extends InstrumentationBase {
  // Set while the base class is constructed.
  declare private instruments: Instruments
  declare private integration: TelemetryIntegration
  declare private recordsContent: boolean

  constructor(config: VercelAIInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  /**
   * For bundled applications with version 5 or 6.
   *
   * @returns the exports to use instead
   */
  manuallyInstrument(moduleExports: object): object {
    const { recordsContent } = this
    return turnTelemetryOn(moduleExports, { isActive: () => this.isActive(), recordsContent })
  }

  override enable(): void {
    super.enable()
    const integrations = (globalThis.AI_SDK_TELEMETRY_INTEGRATIONS ??= [])
    if (!integrations.includes(this.integration)) integrations.push(this.integration)
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    const limits = readContentLimits()
    const addsOldNames = asksForOldNames()
    this.recordsContent = limits !== undefined
    this.integration = createIntegration(
      () =>
        this.isActive() && !isTracedByOthers(this.integration)
          ? { tracer: this.tracer, instruments: this.instruments, addsOldNames }
          : undefined,
      limits,
    )
    const log = diag.createComponentLogger({ namespace: NAME })
    const patch = (moduleExports: unknown) =>
      // Version 7 has no `experimental_telemetry`, and brings a word of its own for telemetry.
      isObject(moduleExports) && readMember(moduleExports, 'registerTelemetry') === undefined
        ? this.manuallyInstrument(moduleExports)
        : moduleExports
    return [defineSdkModule({ name: 'ai', files: [], majors: [5, 6, 7], diag: log, patch })]
  }

  protected override _updateMetricInstruments(): void {
    this.instruments = createInstruments(this.meter)
  }

  private isActive(): boolean {
    return this.isEnabled() && !isTracingSuppressed()
  }
}

/** `OpenTelemetry` or `LegacyOpenTelemetry` of `@ai-sdk/otel`, of whichever copy. */
function isTracedByOthers(ours: TelemetryIntegration): boolean {
  const integrations = globalThis.AI_SDK_TELEMETRY_INTEGRATIONS ?? []
  return integrations.some((integration) => {
    const name = readMember(readMember(integration, 'constructor'), 'name')
    return integration !== ours && typeof name === 'string' && name.endsWith('OpenTelemetry')
  })
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
