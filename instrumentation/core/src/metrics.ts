import type { Attributes, Histogram, Meter } from '@opentelemetry/api'
import { ATTR_GEN_AI_TOKEN_TYPE, type Usage } from '@spancost/genai/replies'

/** The client metrics of the GenAI conventions, with the buckets that they ask for. */
export interface Instruments {
  readonly duration: Histogram
  readonly tokens: Histogram
  /** False where no SDK takes metrics: then labels need not even be made. */
  readonly areKept: boolean
}

const DURATION_BUCKETS_S = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
]
const TOKEN_BUCKETS = [
  1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
]

export function createInstruments(meter: Meter): Instruments {
  return {
    // The API has a no-op for each of its copies, so they can be told by their class only.
    areKept: meter.constructor.name !== 'NoopMeter',
    duration: meter.createHistogram('gen_ai.client.operation.duration', {
      description: 'GenAI operation duration.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS_S },
    }),
    tokens: meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Number of input and output tokens used.',
      unit: '{token}',
      advice: { explicitBucketBoundaries: TOKEN_BUCKETS },
    }),
  }
}

/** Totals only: the metric has no name for cached or reasoning tokens. */
export function recordTokens(instruments: Instruments, usage: Usage, attributes: Attributes): void {
  const { inputTokens, outputTokens } = usage
  if (inputTokens !== undefined) {
    instruments.tokens.record(inputTokens, { ...attributes, [ATTR_GEN_AI_TOKEN_TYPE]: 'input' })
  }
  if (outputTokens !== undefined) {
    instruments.tokens.record(outputTokens, { ...attributes, [ATTR_GEN_AI_TOKEN_TYPE]: 'output' })
  }
}
