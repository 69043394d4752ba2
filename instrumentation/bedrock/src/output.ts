import { readBedrockReply, type Reply } from '@spancost/genai/replies'
import { readMember } from '@spancost/instrumentation'

/** A larger body is not parsed for us. */
const MAX_BODY_BYTES = 16 * 1024 * 1024

/**
 * Reads the output of a command or one event of its stream. Converse is parsed by the SDK;
 * InvokeModel hands over the bytes that the model's own API answered with.
 */
export function readOutput(output: unknown): Reply {
  return readBedrockReply(findBody(output))
}

/** What the model's own API answered with, if the output has that, or else the output. */
export function findBody(output: unknown): unknown {
  const body = readMember(output, 'body') ?? readMember(readMember(output, 'chunk'), 'bytes')
  if (!(body instanceof Uint8Array)) return output
  return body.byteLength > MAX_BODY_BYTES ? undefined : parseJson(body)
}

/** ConverseStream has it as `stream`, InvokeModelWithResponseStream as `body`. */
export function findStream(output: unknown): unknown {
  const body = readMember(output, 'body')
  return readMember(output, 'stream') ?? (body instanceof Uint8Array ? undefined : body)
}

/** Models also answer with what is no JSON, such as images. */
export function parseJson(body: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}
