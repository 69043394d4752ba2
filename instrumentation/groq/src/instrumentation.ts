import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { readOpenAIReply, readTranscriptionReply } from '@spancost/genai/replies'
import { SdkInstrumentation, type Sdk, type SdkMethod } from '@spancost/instrumentation'
import { describeCall, type OperationName } from './request.ts'

const NAME = '@spancost/instrumentation-groq'
const VERSION = '0.1.0'

export type GroqInstrumentationConfig = InstrumentationConfig

const SDK: Sdk = {
  name: 'groq-sdk',
  majors: [0, 1],
  methods: [
    create('Chat.Completions', 'chat'),
    create('Embeddings', 'embeddings'),
    create('Audio.Transcriptions', 'transcription', readTranscriptionReply),
    create('Audio.Translations', 'transcription', readTranscriptionReply),
  ],
}

/** Makes a span of each call of the `groq-sdk` package. */
export class GroqInstrumentation extends SdkInstrumentation {
  constructor(config: GroqInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    return SDK
  }
}

/** Groq's API speaks like OpenAI's, and the usage of a stream comes unasked. */
function create(
  resource: string,
  operation: OperationName,
  readReply = readOpenAIReply,
): SdkMethod {
  return {
    path: `Groq.${resource}.prototype.create`,
    describe: ({ target, args }) => describeCall(operation, target, args[0]),
    readReply,
  }
}
