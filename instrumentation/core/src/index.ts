export { observeApiCall } from './api-call.ts'
export { createInstruments, type Instruments } from './metrics.ts'
export { defineSdkModule } from './module.ts'
export * from './names.ts'
export {
  isTracingSuppressed,
  startOperation,
  type ActiveOperation,
  type OperationStart,
  type Telemetry,
} from './operation.ts'
