import { createDialect } from '../create-dialect.ts'
import { GEN_AI } from '../gen-ai.ts'

/**
 * The OpenTelemetry GenAI conventions, 1.26 to today. It is asked last: it understands whatever
 * carries `gen_ai.*` attributes and is not claimed by a dialect that knows the emitter better.
 */
export const otel = createDialect({
  name: 'otel',
  ...GEN_AI,
})
