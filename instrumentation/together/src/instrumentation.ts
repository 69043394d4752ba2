import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { readOpenAIReply, readTranscriptionReply } from '@spancost/genai/replies'
import { SdkInstrumentation, type Sdk, type SdkMethod } from '@spancost/instrumentation'
import { describeCall, type OperationName } from './request.ts'

const NAME = '@spancost/instrumentation-together'
const VERSION = '0.1.0'

export type TogetherInstrumentationConfig = InstrumentationConfig

/** Helpers (`chat.completions.stream`, `.runTools`, ...) all go through `create`. */
const SDK: Sdk = {
  name: 'together-ai',
  majors: [0],
  methods: [
    create('Chat.Completions', 'chat'),
    create('Completions', 'text_completion'),
    create('Embeddings', 'embeddings'),
    create('Rerank', 'rerank'),
    create('Audio.Transcriptions', 'transcription', readTranscriptionReply),
    create('Audio.Translations', 'transcription', readTranscriptionReply),
  ],
}

/** Makes a span of each call of the `together-ai` package. */
export class TogetherInstrumentation extends SdkInstrumentation {
  constructor(config: TogetherInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    return SDK
  }
}

/** Together's API speaks like OpenAI's, and the usage of a stream comes unasked. */
function create(
  resource: string,
  operation: OperationName,
  readReply = readOpenAIReply,
): SdkMethod {
  return {
    path: `Together.${resource}.prototype.create`,
    describe: ({ target, args }) => describeCall(operation, target, args[0]),
    readReply,
  }
}
