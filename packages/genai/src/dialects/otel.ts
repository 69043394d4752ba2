import { createDialect } from '../create-dialect.ts'
import {
  classifyGenAi,
  GEN_AI_COSTS,
  GEN_AI_COUNTS,
  GEN_AI_MARKS,
  GEN_AI_TEXTS,
} from '../gen-ai.ts'

/**
 * The OpenTelemetry GenAI conventions, 1.26 to today. It is asked last: it understands whatever
 * carries `gen_ai.*` attributes and is not claimed by a dialect that knows the emitter better.
 */
export const otel = createDialect({
  name: 'otel',
  marks: GEN_AI_MARKS,
  texts: GEN_AI_TEXTS,
  counts: GEN_AI_COUNTS,
  costs: GEN_AI_COSTS,
  classify: classifyGenAi,
})
