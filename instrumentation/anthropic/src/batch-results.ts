import { readAnthropicReply } from '@spancost/genai/replies'
import {
  createBatchRecorder,
  followSilently,
  readMember,
  readObject,
  type BatchRecorderOptions,
  type SdkMethod,
} from '@spancost/instrumentation'
import { describeClient } from './request.ts'

/**
 * The results of a batch, which the application reads line by line. The request for them makes no
 * span, each message in them does; what was refused, cancelled or too late cost nothing.
 */
export function describeBatchResults(resource: string, options: BatchRecorderOptions): SdkMethod {
  return {
    path: `${resource}.prototype.results`,
    describe: () => undefined,
    readReply: () => ({}),
    adopt({ target }) {
      const record = createBatchRecorder(options)
      const client = describeClient(readMember(target, '_client'))
      return followSilently((line) => {
        const { type, message } = readObject(readMember(line, 'result'))
        if (type !== 'succeeded') return
        const reply = readAnthropicReply(message)
        const serviceTierKey = 'anthropic.response.service_tier'
        record({ ...client, name: 'chat', attributes: {}, serviceTierKey, reply })
      })
    },
  }
}
