export { hookImports, type ImportHookOptions } from './esm-hooks.ts'
export {
  createCostDimensionsProcessor,
  createCostPropagator,
  withCostDimensions,
  type CostDimension,
  type CostDimensions,
  type CostDimensionsProcessor,
  type CostPropagatorOptions,
} from '@spancost/instrumentation'
export { getNodeInstrumentations, type NodeInstrumentationsConfig } from './instrumentations.ts'
