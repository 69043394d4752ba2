import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { readCohereReply } from '@spancost/genai/replies'
import { SdkInstrumentation, type Sdk, type SdkMethod } from '@spancost/instrumentation'
import { describeCall, type OperationName } from './request.ts'

const NAME = '@spancost/instrumentation-cohere'
const VERSION = '0.1.0'

export type CohereInstrumentationConfig = InstrumentationConfig

/** `CohereClientV2` binds the methods of version 2 when it is made, so they are patched before. */
const SDK: Sdk = {
  name: 'cohere-ai',
  majors: [7, 8],
  methods: [
    method('chat', 'chat'),
    method('chatStream', 'chat', true),
    method('generate', 'text_completion'),
    method('generateStream', 'text_completion', true),
    method('embed', 'embeddings'),
    method('rerank', 'rerank'),
    method('v2.chat', 'chat'),
    method('v2.chatStream', 'chat', true),
    method('v2.embed', 'embeddings'),
    method('v2.rerank', 'rerank'),
    { ...method('v2.parse', 'ocr'), optional: true },
  ],
}

/** Makes a span of each call of the `cohere-ai` package. */
export class CohereInstrumentation extends SdkInstrumentation {
  constructor(config: CohereInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    return SDK
  }
}

function method(path: string, operation: OperationName, stream = false): SdkMethod {
  return {
    path: `CohereClient.prototype.${path}`,
    describe: ({ target, args }) => describeCall({ operation, stream }, target, args[0]),
    readReply: readCohereReply,
  }
}
