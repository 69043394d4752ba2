/** What a model answers, whole or chunk by chunk, in the shapes of all SDKs. */
import {
  readCall,
  readParts,
  textPart,
  withoutUndefined,
  writeText,
  type ContentPart,
} from './content-parts.ts'
import { readCalls } from './content-request.ts'
import { readNumber, readObject, readText } from './request-values.ts'

/** One piece of an answer. Pieces of the same choice and key belong to one part. */
export interface Piece {
  /** Which of several answers. */
  readonly choice: number
  /** Of a call whose arguments come bit by bit, what tells it from others; else its type tells. */
  readonly key?: string
  readonly part: ContentPart
}

export interface ReplyContent {
  readonly pieces: readonly Piece[]
  /** The end of a stream may repeat all that was before. */
  readonly isWhole: boolean
}

type Fields = Readonly<Record<string, unknown>>

/** @param body the whole answer, or one chunk of the stream */
export function readReplyContent(body: unknown): ReplyContent {
  // A copy has none of the getters by which Google's SDK warns of what it leaves out.
  const outer: Fields = { ...readObject(body) }
  const type = readText(outer['type'] ?? outer['eventType']) ?? ''
  // The last events of OpenAI and of Cohere's first API have all of the response.
  const isWhole = /^response\.(completed|incomplete|failed)$|^stream-end$/.test(type)
  // Mistral puts each chunk into an event.
  const nested: Fields = { ...readObject(isWhole ? outer['response'] : outer['data']) }
  const fields = Object.keys(nested).length > 0 ? nested : outer
  const pieces = readWhole(fields)
  return { pieces: pieces.length > 0 ? pieces : readEvent(fields), isWhole }
}

function readWhole(body: Fields): readonly Piece[] {
  const { choices, candidates, output, outputs, content, message, generations, response } = body
  if (Array.isArray(choices)) return choices.flatMap(readChoice)
  if (Array.isArray(candidates)) return candidates.flatMap(readCandidate)
  if (Array.isArray(generations)) return generations.flatMap(readChoice)
  const items = output ?? outputs
  if (Array.isArray(items)) return at(0, items.flatMap(readOutputItem))
  const converse = readObject(readObject(output)['message'])['content']
  if (converse !== undefined) return at(0, readParts(converse))
  if (Array.isArray(content)) return at(0, readParts(content))
  // Ollama and Cohere; their streams have the same members.
  if (readText(readObject(message)['role']) !== undefined) return readChoice({ message }, 0)
  return typeof response === 'string' && response !== '' ? at(0, [textPart(response)]) : []
}

function readChoice(value: unknown, position: number): readonly Piece[] {
  const choice = readObject(value)
  const index = readNumber(choice['index']) ?? position
  const message = readObject(choice['message'] ?? choice['delta'] ?? choice['messages'])
  const reasoning = readText(
    message['reasoning_content'] ?? message['reasoning'] ?? message['thinking'],
  )
  return [
    ...at(index, reasoning === undefined ? [] : [textPart(reasoning, 'reasoning')]),
    ...at(index, readParts(message['content'] ?? message['refusal'] ?? choice['text'] ?? [])),
    ...(choice['delta'] === undefined
      ? at(index, readCalls(message))
      : readCallBits(message['tool_calls'] ?? message['toolCalls'], index)),
  ]
}

/** Only the first bit of a call has its id and name. */
function readCallBits(calls: unknown, choice: number): readonly Piece[] {
  if (!Array.isArray(calls)) return []
  return calls.flatMap((value: unknown) => {
    const call = readObject(value)
    const part = readCall(call)
    return part === undefined
      ? []
      : [{ choice, key: `call ${readNumber(call['index']) ?? 0}`, part }]
  })
}

function readCandidate(value: unknown, position: number): readonly Piece[] {
  const { index, content } = readObject(value)
  return at(readNumber(index) ?? position, readParts(readObject(content)['parts'] ?? []))
}

/** An item of OpenAI's Responses API, or of Mistral's conversations: a message, or what it is. */
function readOutputItem(value: unknown): readonly ContentPart[] {
  const { content, type } = readObject(value)
  const isMessage = typeof type !== 'string' || type.startsWith('message')
  return readParts(isMessage && content !== undefined ? content : value)
}

/** Events of streams: OpenAI's Responses API, Anthropic, Bedrock, Cohere, Mistral, the AI SDK. */
function readEvent(event: Fields): readonly Piece[] {
  const type = readText(event['type'] ?? event['eventType']) ?? ''
  if (type === 'tool-call') return at(0, readParts(event))
  if (/^content_block_start$|output_item\.added$/.test(type)) {
    return readStart(event, event['content_block'] ?? event['item'])
  }
  if (type === 'tool-call-start') {
    return readStart(event, readObject(readObject(event['delta'])['message'])['toolCalls'])
  }
  const start = readObject(event['contentBlockStart'])
  if (start['start'] !== undefined) return readStart(start, start['start'])
  const delta = readObject(event['contentBlockDelta'])
  return readDelta(delta['delta'] === undefined ? { ...event, type } : delta, type)
}

function readStart(event: Fields, value: unknown): readonly Piece[] {
  const call = readCall(readObject(value))
  if (call === undefined) return []
  // The input that stands there at the start is an empty object, to be told bit by bit.
  const isEmpty = call.arguments === '{}' || call.arguments === ''
  const { type, id, name } = call
  return [
    { choice: 0, key: keyOf(event), part: isEmpty ? withoutUndefined({ type, id, name }) : call },
  ]
}

function readDelta(event: Fields, type: string): readonly Piece[] {
  const delta = event['delta'] ?? readObject(event['message'])
  const fields = readObject(delta)
  const message = readObject(fields['message'])
  const bits =
    fields['partial_json'] ??
    readObject(fields['toolUse'])['input'] ??
    (type.includes('arguments.delta') ? delta : undefined) ??
    readObject(readObject(message['toolCalls'])['function'])['arguments']
  if (typeof bits === 'string') {
    return [{ choice: 0, key: keyOf(event), part: { type: 'tool_call', arguments: bits } }]
  }
  const reasoning = fields['thinking'] ?? readObject(fields['reasoningContent'])['text']
  if (typeof reasoning === 'string') return at(0, [textPart(reasoning, 'reasoning')])
  if (type.includes('tool-input')) return []
  const text =
    fields['text'] ??
    readObject(message['content'])['text'] ??
    (typeof delta === 'string' ? delta : undefined) ??
    (type === 'text-generation' || type === '' ? event['text'] : undefined) ??
    (type.endsWith('output.delta') ? event['content'] : undefined)
  const kind = /reasoning/.test(type) ? 'reasoning' : 'text'
  return typeof text === 'string' && text !== '' ? at(0, [textPart(text, kind)]) : []
}

function keyOf(event: Fields): string {
  const index = event['output_index'] ?? event['contentBlockIndex'] ?? event['index']
  return `call ${writeText(index) ?? '0'}`
}

function at(choice: number, parts: readonly ContentPart[]): readonly Piece[] {
  return parts.map((part) => ({ choice, part }))
}
