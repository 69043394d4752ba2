import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { readOllamaReply } from '@spancost/genai/replies'
import { SdkInstrumentation, type Sdk, type SdkMethod } from '@spancost/instrumentation'
import { describeCall, type OperationName } from './request.ts'

const NAME = '@spancost/instrumentation-ollama'
const VERSION = '0.1.0'

export type OllamaInstrumentationConfig = InstrumentationConfig

const SDK: Sdk = {
  name: 'ollama',
  majors: [0],
  methods: [
    method('chat', 'chat'),
    method('generate', 'text_completion'),
    method('embed', 'embeddings'),
    method('embeddings', 'embeddings'),
    { ...method('systemone', 'systemone'), optional: true },
  ],
}

/** Makes a span of each call of the `ollama` package. */
export class OllamaInstrumentation extends SdkInstrumentation {
  constructor(config: OllamaInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    return SDK
  }
}

function method(name: string, operation: OperationName): SdkMethod {
  return {
    path: `Ollama.prototype.${name}`,
    describe: ({ target, args }) => describeCall(operation, target, args[0]),
    readReply: readOllamaReply,
  }
}
