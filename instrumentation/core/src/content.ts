import { diag, type Attributes } from '@opentelemetry/api'
import type { ContentLimits } from './content-mode.ts'
import type { ContentPart } from './content-parts.ts'
import type { ReplyReader } from './observation.ts'
import { readReplyContent, type Piece } from './content-reply.ts'
import { readRequestContent, type Message } from './content-request.ts'
import {
  ATTR_GEN_AI_INPUT_MESSAGES,
  ATTR_GEN_AI_OUTPUT_MESSAGES,
  ATTR_GEN_AI_SYSTEM_INSTRUCTIONS,
  ATTR_GEN_AI_TOOL_DEFINITIONS,
} from './names.ts'

/** Gathers what is said in one call, within limits. Nothing here throws. */
export interface ContentCapture {
  /** The request's part of the span. */
  readonly request: Attributes
  /** A whole answer, or one chunk of a stream. */
  receive(body: unknown): void
  /** The answer's part of the span. */
  describeReply(finishReasons: readonly (string | undefined)[]): Attributes
}

/** Operations whose spans have content by the conventions. */
const OPERATIONS: ReadonlySet<string> = new Set(['chat', 'text_completion', 'generate_content'])

/**
 * @param operation `gen_ai.operation.name`; `undefined` is returned for one without content
 * @param request as the application handed it to the SDK
 */
export function captureContent(
  operation: string,
  request: unknown,
  limits: ContentLimits,
): ContentCapture | undefined {
  if (!OPERATIONS.has(operation)) return undefined
  const choices = new Map<number, Map<string, ContentPart>>()
  let room = limits.maxCharacters

  function append({ choice, key, part }: Piece): void {
    if (choices.size >= limits.maxMessages && !choices.has(choice)) return
    const parts = choices.get(choice) ?? new Map<string, ContentPart>()
    choices.set(choice, parts)
    // Bits of text in a row are one text; what comes after a call is another.
    const last = [...parts.keys()].at(-1)
    const isText = part.type === 'text' || part.type === 'reasoning'
    const goesOn = isText && last !== undefined && parts.get(last)?.type === part.type
    const name = key ?? (goesOn ? last : `part ${parts.size}`)
    if (room <= 0 && !parts.has(name)) return
    const joined = joinParts(parts.get(name), part)
    room -= measure(part)
    if (room > -limits.maxCharacters) parts.set(name, joined)
  }

  return {
    request: quietly(() => describeRequest(request, limits)),
    receive: (body) =>
      void quietly(() => {
        const { pieces, isWhole } = readReplyContent(body)
        if (isWhole) {
          choices.clear()
          room = limits.maxCharacters
        }
        for (const piece of pieces) append(piece)
        return {}
      }),
    describeReply: (reasons) =>
      quietly(() => {
        const messages = [...choices].map(([choice, parts]) => ({
          role: 'assistant',
          parts: [...parts.values()],
          finish_reason: reasons[choice] ?? '',
        }))
        return write(ATTR_GEN_AI_OUTPUT_MESSAGES, messages, limits)
      }),
  }
}

/** A reader that hands on to `content` what it reads. */
export function listen(reader: ReplyReader, content: ContentCapture): ReplyReader {
  return {
    ...reader,
    readReply(body) {
      content.receive(reader.findBody === undefined ? body : reader.findBody(body))
      return reader.readReply(body)
    },
  }
}

function describeRequest(request: unknown, limits: ContentLimits): Attributes {
  const { messages, instructions, tools } = readRequestContent(request, limits.maxMessages)
  return {
    ...write(ATTR_GEN_AI_INPUT_MESSAGES, messages, limits),
    ...write(ATTR_GEN_AI_SYSTEM_INSTRUCTIONS, instructions, limits),
    ...write(ATTR_GEN_AI_TOOL_DEFINITIONS, tools, limits),
  }
}

/** Arguments and texts go on where they were. */
function joinParts(before: ContentPart | undefined, part: ContentPart): ContentPart {
  if (before === undefined) return part
  const { content = '', arguments: bits = '' } = part
  return {
    ...before,
    ...((before.content ?? part.content) !== undefined && {
      content: `${before.content ?? ''}${content}`,
    }),
    ...((before.arguments ?? part.arguments) !== undefined && {
      arguments: `${before.arguments ?? ''}${bits}`,
    }),
  }
}

function measure({ content = '', arguments: bits = '', response = '' }: ContentPart): number {
  return content.length + bits.length + response.length
}

/**
 * Spans have no attributes of objects, so it is JSON. Where it is too long, long texts are cut, the
 * more of them the shorter; then what comes first is left out, because the newest tells most.
 */
function write(
  key: string,
  items: readonly (Message | ContentPart | object)[],
  { maxCharacters }: ContentLimits,
): Attributes {
  if (items.length === 0) return {}
  let kept = items
  for (let longest = maxCharacters; kept.length > 0; longest >>= 1) {
    const text = JSON.stringify(kept, (_, value: unknown) => cut(value, longest))
    if (text.length <= maxCharacters) return { [key]: text }
    if (longest < 16) kept = kept.slice(Math.ceil(kept.length / 2))
  }
  return {}
}

const CUT = '…'

function cut(value: unknown, longest: number): unknown {
  return typeof value === 'string' && value.length > longest
    ? `${value.slice(0, longest)}${CUT}`
    : value
}

function quietly(step: () => Attributes): Attributes {
  try {
    return step()
  } catch (error) {
    diag.error('spancost: the content of a call could not be captured', error)
    return {}
  }
}
