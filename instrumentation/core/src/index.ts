export { describeBeyondConventions } from './attributes.ts'
export {
  createBatchRecorder,
  followSilently,
  type BatchRecorderOptions,
  type BatchResult,
} from './batch-results.ts'
export { captureContent, listen, type ContentCapture } from './content.ts'
export { readContentLimits, type ContentLimits } from './content-mode.ts'
export { isStandIn, isTracingSuppressed } from './context.ts'
export {
  createCostDimensionsProcessor,
  describeCostDimensions,
  withCostDimensions,
  type CostDimension,
  type CostDimensions,
  type CostDimensionsProcessor,
} from './cost-dimensions.ts'
export { createCostPropagator, type CostPropagatorOptions } from './cost-propagator.ts'
export { describeError, type ErrorDescription } from './errors.ts'
export { getInheritedAttributes, setInheritedAttributes } from './inherited-attributes.ts'
export { createInstruments, type Instruments } from './metrics.ts'
export { defineSdkModule } from './module.ts'
export * from './names.ts'
export { asksForOldNames } from './old-names.ts'
export { endWhenDropped, type Observation, type ReplyReader } from './observation.ts'
export { observeReadableStream } from './readable-stream.ts'
export {
  startOperation,
  type ActiveOperation,
  type OperationStart,
  type Telemetry,
} from './operation.ts'
export { describeSettings, type RequestSettings } from './request-settings.ts'
export { runQuietly } from './quietly.ts'
export * from './request-values.ts'
export { observeBody } from './response-body.ts'
export {
  SdkInstrumentation,
  type Sdk,
  type SdkCall,
  type SdkMethod,
} from './sdk-instrumentation.ts'
export { createJsonLineReader } from './text-lines.ts'
