import type { DiagLogger } from '@opentelemetry/api'
import {
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '@opentelemetry/instrumentation'

export interface SdkModule {
  /** The package's name on npm. */
  readonly name: string
  /** Further files of it that are hooked, such as `resources/index.mjs`. */
  readonly files: readonly string[]
  /** The major versions that the instrumentation knows. */
  readonly majors: readonly number[]
  readonly diag: DiagLogger
  /** @returns other exports for those that cannot be changed in place, if there are any */
  patch(moduleExports: unknown): unknown
}

/**
 * Hooks the main entry of an SDK's package. A version out of range would otherwise be passed over
 * in silence, so all versions are hooked, and an unknown one is left alone with a warning.
 *
 * There is no `unpatch`: it would reach only the copy (CommonJS or ESM) that was loaded last. Each
 * patched method asks whether its instrumentation is enabled.
 */
export function defineSdkModule(sdk: SdkModule): InstrumentationNodeModuleDefinition {
  const patch = (moduleExports: unknown, version?: string) => {
    const major = Number.parseInt(version ?? '', 10)
    if (sdk.majors.includes(major)) return sdk.patch(moduleExports) ?? moduleExports
    sdk.diag.warn(
      `${sdk.name} ${version ?? '(unknown version)'} is not instrumented, its calls make no ` +
        `spans. Known major versions: ${sdk.majors.join(', ')}.`,
    )
    return moduleExports
  }
  const ignore = () => undefined
  const files = sdk.files.map(
    (file) => new InstrumentationNodeModuleFile(`${sdk.name}/${file}`, ['*'], patch, ignore),
  )
  return new InstrumentationNodeModuleDefinition(sdk.name, ['*'], patch, ignore, files)
}
