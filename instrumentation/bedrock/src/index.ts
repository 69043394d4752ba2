export { BedrockInstrumentation } from './instrumentation.ts'
