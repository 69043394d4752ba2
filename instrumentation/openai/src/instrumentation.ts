import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import {
  readImagesReply,
  readOpenAIReply,
  readTranscriptionReply,
  type Reply,
} from '@spancost/genai/replies'
import {
  readMember,
  readObject,
  readText,
  SdkInstrumentation,
  type Sdk,
  type SdkCall,
  type SdkMethod,
} from '@spancost/instrumentation'
import { describeFileContent } from './batch-lines.ts'
import { describeCall, type Api } from './request.ts'

const NAME = '@spancost/instrumentation-openai'
const VERSION = '0.1.0'

export interface OpenAIInstrumentationConfig extends InstrumentationConfig {
  /**
   * Ask for the usage of streamed completions where the application did not. The application then
   * sees one chunk more, with the usage and without choices. Default: false.
   */
  readonly includeStreamUsage?: boolean
}

type Method = SdkMethod<OpenAIInstrumentationConfig>

/** Helpers (`parse`, `stream`, `runTools`, ...) all go through `create`. */
const SDK: Sdk<OpenAIInstrumentationConfig> = {
  name: 'openai',
  majors: [6, 7],
  methods: [
    { ...describeMethod('Chat.Completions', 'create', 'chat_completions'), prepare: askForUsage },
    { ...describeMethod('Completions', 'create', 'completions'), prepare: askForUsage },
    describeMethod('Responses', 'create', 'responses'),
    { ...describeMethod('Responses', 'compact', 'responses'), optional: true },
    { ...describeMethod('Beta.Responses', 'create', 'responses'), optional: true },
    { ...describeMethod('Beta.Responses', 'compact', 'responses'), optional: true },
    describeMethod('Embeddings', 'create', 'embeddings'),
    describeMethod('Images', 'generate', 'images', readImagesReply),
    describeMethod('Images', 'edit', 'images', readImagesReply),
    { ...describeMethod('Images', 'createVariation', 'images', readImagesReply), optional: true },
    describeMethod('Audio.Speech', 'create', 'speech'),
    describeMethod('Audio.Transcriptions', 'create', 'transcriptions', readTranscriptionReply),
    describeMethod('Audio.Translations', 'create', 'transcriptions', readTranscriptionReply),
  ],
}

/** Makes a span of each call of the `openai` package that may cost something. */
export class OpenAIInstrumentation extends SdkInstrumentation<OpenAIInstrumentationConfig> {
  constructor(config: OpenAIInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk<OpenAIInstrumentationConfig> {
    const findTracerProvider = () => this.findTracerProvider()
    const files = describeFileContent({ findTracerProvider, name: NAME, version: VERSION })
    return { ...SDK, methods: [...SDK.methods, files] }
  }
}

function describeMethod(
  resource: string,
  method: string,
  api: Api,
  readReply: (body: unknown) => Reply = readOpenAIReply,
): Method {
  return {
    path: `OpenAI.${resource}.prototype.${method}`,
    describe: ({ target, args }) => describeCall(api, readMember(target, '_client'), args[0]),
    readReply,
    readHead,
  }
}

/** LiteLLM's proxy says in a header what it billed. */
function readHead(head: unknown): Reply {
  const headers = readMember(readMember(head, 'response'), 'headers')
  const amount = headers instanceof Headers ? headers.get('x-litellm-response-cost') : null
  if (amount === null || !/^\d{1,20}(\.\d{1,40})?$/.test(amount)) return {}
  return { reportedCost: { amount, currency: 'USD' } }
}

function askForUsage(call: SdkCall<OpenAIInstrumentationConfig>): readonly unknown[] | undefined {
  const [body, ...rest] = call.args
  const request = readObject(body)
  const options = readObject(request.stream_options)
  if (call.config.includeStreamUsage !== true || request.stream !== true) return undefined
  if (options.include_usage !== undefined || readText(request.model) === undefined) return undefined
  return [{ ...request, stream_options: { ...options, include_usage: true } }, ...rest]
}
