export { CohereInstrumentation, type CohereInstrumentationConfig } from './instrumentation.ts'
