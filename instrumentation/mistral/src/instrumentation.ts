import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { readMistralReply } from '@spancost/genai/replies'
import { SdkInstrumentation, type Sdk, type SdkMethod } from '@spancost/instrumentation'
import { silenceNativeSpans } from './native-spans.ts'
import { describeCall, type OperationName } from './request.ts'

const NAME = '@spancost/instrumentation-mistral'
const VERSION = '0.1.0'

export type MistralInstrumentationConfig = InstrumentationConfig

const CONVERSATIONS = 'beta.conversations'

const SDK: Sdk = {
  name: '@mistralai/mistralai',
  majors: [1, 2],
  methods: [
    ...both('chat', 'chat', ['complete', 'stream']),
    ...both('chat', 'chat', ['parse', 'parseStream']),
    ...both('agents', 'chat', ['complete', 'stream']),
    ...both('fim', 'text_completion', ['complete', 'stream']),
    ...both(CONVERSATIONS, 'chat', ['start', 'startStream']),
    ...both(CONVERSATIONS, 'chat', ['append', 'appendStream']),
    ...both(CONVERSATIONS, 'chat', ['restart', 'restartStream']),
    ...both('audio.transcriptions', 'transcription', ['complete', 'stream']),
    method('embeddings.create', 'embeddings'),
    method('ocr.process', 'ocr'),
  ],
}

/** Makes a span of each call of the `@mistralai/mistralai` package. */
export class MistralInstrumentation extends SdkInstrumentation {
  constructor(config: MistralInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    return SDK
  }
}

/** A method and its sister that streams. */
function both(
  resource: string,
  operation: OperationName,
  [whole, streamed]: readonly [string, string],
): readonly SdkMethod[] {
  return [
    method(`${resource}.${whole}`, operation),
    method(`${resource}.${streamed}`, operation, true),
  ]
}

function method(path: string, operation: OperationName, stream = false): SdkMethod {
  return {
    path: `Mistral.prototype.${path}`,
    describe: ({ target, args }) => {
      silenceNativeSpans(target, NAME)
      return describeCall({ operation, stream }, target, args)
    },
    readReply: readMistralReply,
  }
}
