import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { SdkInstrumentation, type Sdk } from '@spancost/instrumentation'
import { findBody, findStream, readOutput } from './output.ts'
import { describeCall, findRequest } from './request.ts'

const NAME = '@spancost/instrumentation-bedrock'
const VERSION = '0.1.0'

/** Every call is a command that is sent, also those by the methods of `BedrockRuntime`. */
const SDK: Sdk = {
  name: '@aws-sdk/client-bedrock-runtime',
  majors: [3],
  methods: [
    {
      path: 'BedrockRuntimeClient.prototype.send',
      // It is inherited from a class that all clients of AWS have in common.
      isInherited: true,
      describe: ({ target, args }) => describeCall(target, args),
      findRequest: ({ args }) => findRequest(args[0]),
      readReply: readOutput,
      findBody,
      findStream,
    },
  ],
}

/** Makes a span of each Converse and InvokeModel call of `@aws-sdk/client-bedrock-runtime`. */
export class BedrockInstrumentation extends SdkInstrumentation {
  constructor(config: InstrumentationConfig = {}) {
    super(NAME, VERSION, config)
  }

  protected override describeSdk(): Sdk {
    return SDK
  }
}
