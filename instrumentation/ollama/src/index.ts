export { OllamaInstrumentation, type OllamaInstrumentationConfig } from './instrumentation.ts'
