import {
  ATTR_OPENAI_API_TYPE,
  ATTR_OPENAI_RESPONSE_SERVICE_TIER,
  readImagesReply,
  readOpenAIReply,
  type Reply,
} from '@spancost/genai/replies'
import {
  createBatchRecorder,
  createJsonLineReader,
  followSilently,
  observeBody,
  readMember,
  readObject,
  readText,
  type BatchRecorderOptions,
  type BatchResult,
  type SdkMethod,
} from '@spancost/instrumentation'
import { describeClient, OPERATIONS, type Api } from './request.ts'

/** `object` of the replies that a batch's calls may have. Moderations have none, and cost nothing. */
const APIS: Readonly<Record<string, Api>> = {
  'chat.completion': 'chat_completions',
  response: 'responses',
  text_completion: 'completions',
  list: 'embeddings',
}

/**
 * The content of a file, which may be the output of a batch: its first line tells. The request for
 * it makes no span, each result in it does.
 */
export function describeFileContent(options: BatchRecorderOptions): SdkMethod {
  return {
    path: 'OpenAI.Files.prototype.content',
    describe: () => undefined,
    readReply: () => ({}),
    adopt({ target }) {
      const client = describeClient(readMember(target, '_client'))
      const record = createBatchRecorder(options)
      const listen = () =>
        createJsonLineReader((line) => {
          const result = readBatchLine(line)
          if (result !== undefined && result !== 'nothing') record({ ...client, ...result })
          return result !== undefined
        })
      const readHead = (head: unknown): Reply => {
        const response = readMember(head, 'response')
        if (response instanceof Response && response.ok) observeBody(response, listen)
        return {}
      }
      return followSilently(() => undefined, { readHead })
    },
  }
}

/**
 * A line of a batch's output, or of its errors, at OpenAI or Azure.
 *
 * @returns `nothing` where the call cost nothing; `undefined` where it is no such line
 */
export function readBatchLine(
  line: string,
): Omit<BatchResult, 'provider' | 'server'> | 'nothing' | undefined {
  const { id, custom_id: customId, response, ...more } = readObject(parse(line))
  if (typeof customId !== 'string' || !('error' in more) || response === undefined) return undefined
  const { status_code: status, request_id: requestId, body } = readObject(response)
  const api = findApi(readObject(body))
  if (status !== 200 || api === undefined) return 'nothing'
  const read = api === 'images' ? readImagesReply(body) : readOpenAIReply(body)
  // Embeddings and images have no id of their own.
  const responseId = read.responseId ?? readText(id) ?? readText(requestId)
  return {
    name: OPERATIONS[api],
    attributes: OPERATIONS[api] === 'chat' ? { [ATTR_OPENAI_API_TYPE]: api } : {},
    reply: { ...read, ...(responseId !== undefined && { responseId }) },
    serviceTierKey: ATTR_OPENAI_RESPONSE_SERVICE_TIER,
  }
}

function findApi({ object, data }: Readonly<Record<string, unknown>>): Api | undefined {
  if (typeof object === 'string') return APIS[object]
  return Array.isArray(data) ? 'images' : undefined
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
