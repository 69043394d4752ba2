import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { readOpenAIReply } from '@spancost/genai/replies'
import { readMember, SdkInstrumentation, type Sdk, type SdkMethod } from '@spancost/instrumentation'
import { describeCall, type Api } from './request.ts'

const NAME = '@spancost/instrumentation-openai'
const VERSION = '0.1.0'

export type OpenAIInstrumentationConfig = InstrumentationConfig

/** Helpers (`parse`, `stream`, `runTools`, ...) all go through `create`. */
const SDK: Sdk = {
  name: 'openai',
  majors: [6, 7],
  methods: [
    create('Chat.Completions', 'chat_completions'),
    create('Responses', 'responses'),
    create('Embeddings', 'embeddings'),
  ],
}

/** Makes a span of each call of the `openai` package. */
export class OpenAIInstrumentation extends SdkInstrumentation {
  constructor(config: OpenAIInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    return SDK
  }
}

function create(resource: string, api: Api): SdkMethod {
  return {
    path: `OpenAI.${resource}.prototype.create`,
    describe: ({ target, args }) => describeCall(api, readMember(target, '_client'), args[0]),
    readReply: readOpenAIReply,
  }
}
