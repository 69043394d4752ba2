export { VercelAIInstrumentation, type VercelAIInstrumentationConfig } from './instrumentation.ts'
