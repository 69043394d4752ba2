export { GroqInstrumentation, type GroqInstrumentationConfig } from './instrumentation.ts'
