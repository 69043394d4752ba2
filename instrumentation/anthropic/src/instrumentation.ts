import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { readAnthropicReply } from '@spancost/genai/replies'
import { readMember, SdkInstrumentation, type Sdk, type SdkMethod } from '@spancost/instrumentation'
import { describeBatchResults } from './batch-results.ts'
import { adoptNativeSpan, makesNativeSpans } from './native-span.ts'
import { describeCall } from './request.ts'

const NAME = '@spancost/instrumentation-anthropic'
const VERSION = '0.1.0'

export type AnthropicInstrumentationConfig = InstrumentationConfig

/**
 * Helpers (`parse`, `stream`, `toolRunner`) all go through `create`. The packages for Bedrock and
 * Vertex AI take the classes from a file of the SDK, and never load its main one.
 */
const SDK: Sdk = {
  name: '@anthropic-ai/sdk',
  majors: [0, 1],
  files: ['resources/index.mjs', 'resources/index.js'],
  methods: [
    create('Anthropic.Messages.prototype.create'),
    create('Anthropic.Beta.Messages.prototype.create'),
  ],
}

/** Makes a span of each call of the `@anthropic-ai/sdk` package, or completes the SDK's own. */
export class AnthropicInstrumentation extends SdkInstrumentation {
  constructor(config: AnthropicInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    const findTracerProvider = () => this.findTracerProvider()
    const batches = ['Anthropic.Messages.Batches', 'Anthropic.Beta.Messages.Batches'].map(
      (resource) =>
        describeBatchResults(resource, { findTracerProvider, name: NAME, version: VERSION }),
    )
    return { ...SDK, methods: [...SDK.methods, ...batches] }
  }
}

function create(path: string): SdkMethod {
  return {
    path,
    adopt: ({ target, capture }) =>
      makesNativeSpans(readMember(target, '_client'))
        ? adoptNativeSpan(capture?.('chat'))
        : undefined,
    describe: ({ target, args }) => describeCall(readMember(target, '_client'), args[0]),
    readReply: readAnthropicReply,
  }
}
