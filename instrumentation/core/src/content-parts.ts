/** What prompts and answers consist of, in the spellings of all SDKs, as the conventions have it. */
import { readObject, readText } from './request-values.ts'

/** A part of a message. Of images, audio and files only the kind is kept, never the bytes. */
export interface ContentPart {
  readonly type: string
  readonly content?: string
  readonly id?: string
  readonly name?: string
  readonly arguments?: string
  readonly response?: string
}

type Fields = Readonly<Record<string, unknown>>

/** More parts of one message are left out. */
const MAX_PARTS = 100

/** Words for what the reader of a conversation need not tell apart. */
const TEXT_TYPES: ReadonlySet<unknown> = new Set([
  undefined,
  'text',
  'input_text',
  'output_text',
  'summary_text',
  'refusal',
])

/** A text, one part, or a list of them. */
export function readParts(value: unknown): readonly ContentPart[] {
  const items = Array.isArray(value) ? value.slice(0, MAX_PARTS) : [value]
  return items.map(readPart).filter((part) => part !== undefined)
}

/** Texts of calls, whether an SDK has them parsed or not; `undefined` for what is not there. */
export function writeText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  return JSON.stringify(value, (_, member: unknown) =>
    member instanceof Uint8Array || typeof member === 'bigint' ? undefined : member,
  )
}

function readPart(value: unknown): ContentPart | undefined {
  if (typeof value === 'string') return value === '' ? undefined : textPart(value)
  const part = readObject(value)
  return readCall(part) ?? readCallResult(part) ?? readReasoning(part) ?? readOther(part)
}

export function textPart(content: string, type = 'text'): ContentPart {
  return { type, content }
}

/** OpenAI's two APIs, Anthropic, Bedrock, Gemini and the AI SDK: each has a shape of its own. */
export function readCall(part: Fields): ContentPart | undefined {
  const inner = readObject(part['function'] ?? part['functionCall'] ?? part['toolUse'])
  const isCall =
    Object.keys(inner).length > 0 ||
    ['tool_use', 'server_tool_use', 'function_call', 'tool-call'].includes(String(part['type']))
  if (!isCall) return undefined
  const call = { ...part, ...inner }
  const id = call['call_id'] ?? call['id'] ?? call['toolUseId'] ?? call['toolCallId']
  return withoutUndefined({
    type: 'tool_call',
    id: readText(id),
    name: readText(call['name'] ?? call['toolName']) ?? '',
    arguments: writeText(call['arguments'] ?? call['input'] ?? call['args']),
  })
}

function readCallResult(part: Fields): ContentPart | undefined {
  const inner = readObject(part['functionResponse'] ?? part['toolResult'])
  const isResult =
    Object.keys(inner).length > 0 ||
    ['tool_result', 'function_call_output', 'tool-result'].includes(String(part['type']))
  if (!isResult) return undefined
  const result = { ...part, ...inner }
  const id = result['call_id'] ?? result['tool_use_id'] ?? result['toolUseId']
  return withoutUndefined({
    type: 'tool_call_response',
    id: readText(id ?? result['toolCallId'] ?? result['id']),
    response: writeText(result['response'] ?? result['output'] ?? result['content']) ?? '',
  })
}

function readReasoning(part: Fields): ContentPart | undefined {
  const { type, thinking, thought, reasoningContent, summary } = part
  const text =
    thinking ??
    readObject(readObject(reasoningContent)['reasoningText'])['text'] ??
    (thought === true || type === 'reasoning' ? part['text'] : undefined)
  if (typeof text === 'string') return textPart(text, 'reasoning')
  if (type !== 'reasoning') return undefined
  const parts = Array.isArray(summary) ? summary : []
  return textPart(
    parts.map((item) => readText(readObject(item)['text']) ?? '').join('\n'),
    'reasoning',
  )
}

function readOther(part: Fields): ContentPart | undefined {
  const text = part['text'] ?? part['refusal']
  if (typeof text === 'string' && TEXT_TYPES.has(part['type'])) return textPart(text)
  // Without a word for it: `{ inlineData: … }` of Gemini, `{ image: … }` of Bedrock.
  const type = readText(part['type']) ?? Object.keys(part)[0]
  return type === undefined ? undefined : { type }
}

export function withoutUndefined(part: {
  [Name in keyof ContentPart]: ContentPart[Name] | undefined
}): ContentPart {
  return Object.fromEntries(
    Object.entries(part).filter(([, value]) => value !== undefined),
  ) as unknown as ContentPart
}
