import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { readGeminiReply } from '@spancost/genai/replies'
import { SdkInstrumentation, type Sdk, type SdkMethod } from '@spancost/instrumentation'
import { describeInteraction, describeModelCall, type CalledMethod } from './request.ts'

const NAME = '@spancost/instrumentation-google-genai'
const VERSION = '0.1.0'

export type GoogleGenAIInstrumentationConfig = InstrumentationConfig

/**
 * The public methods of a client are made anew for each one, and may make several requests: they
 * call functions for the model and go on where a reply was cut off. Below them is one method for
 * each kind of request; so there is one span for each reply that is billed.
 */
const SDK: Sdk = {
  name: '@google/genai',
  majors: [2, 3],
  methods: [
    method('generateContentInternal', { operation: 'generate_content', stream: false }),
    method('generateContentStreamInternal', { operation: 'generate_content', stream: true }),
    method('embedContentInternal', { operation: 'embeddings', stream: false }),
    method('generateImagesInternal', { operation: 'image_generation', stream: false }),
    method('editImageInternal', { operation: 'image_generation', stream: false }),
    method('upscaleImageInternal', { operation: 'image_generation', stream: false }),
    {
      path: 'GoogleGenAI.prototype.interactions.create',
      describe: ({ target, args }) => describeInteraction(target, args[0]),
      readReply: readGeminiReply,
    },
  ],
}

/** Makes a span of each request of the `@google/genai` package that a model answers. */
export class GoogleGenAIInstrumentation extends SdkInstrumentation {
  constructor(config: GoogleGenAIInstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    return SDK
  }
}

function method(name: string, called: CalledMethod): SdkMethod {
  return {
    path: `Models.prototype.${name}`,
    describe: ({ target, args }) => describeModelCall(called, target, args[0]),
    readReply: readGeminiReply,
  }
}
