export { hookImports, type ImportHookOptions } from './esm-hooks.ts'
export { getNodeInstrumentations, type NodeInstrumentationsConfig } from './instrumentations.ts'
