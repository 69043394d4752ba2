export { describeBeyondConventions } from './attributes.ts'
export { isTracingSuppressed } from './context.ts'
export * from './names.ts'
export type { Observation, ReplyReader } from './observation.ts'
export {
  startOperation,
  type ActiveOperation,
  type OperationStart,
  type Telemetry,
} from './operation.ts'
export { describeSettings, type RequestSettings } from './request-settings.ts'
export * from './request-values.ts'
export {
  SdkInstrumentation,
  type Sdk,
  type SdkCall,
  type SdkMethod,
} from './sdk-instrumentation.ts'
