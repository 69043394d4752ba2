export { TogetherInstrumentation, type TogetherInstrumentationConfig } from './instrumentation.ts'
