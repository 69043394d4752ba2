/** What a request of any SDK tells the model, as messages of the conventions. */
import { readCall, readParts, writeText, type ContentPart } from './content-parts.ts'
import { readObject, readText } from './request-values.ts'

export interface Message {
  readonly role: string
  readonly parts: readonly ContentPart[]
  readonly finish_reason?: string
}

export interface RequestContent {
  /** Oldest first. */
  readonly messages: readonly Message[]
  /** Instructions that the API takes apart from the conversation. */
  readonly instructions: readonly ContentPart[]
  /** The tools that the model may call, by kind and name only, as the conventions ask. */
  readonly tools: readonly { readonly type: string; readonly name: string }[]
}

type Fields = Readonly<Record<string, unknown>>

const MAX_TOOLS = 128

/** @param newest how many messages to keep, of the end of the conversation */
export function readRequestContent(request: unknown, newest: number): RequestContent {
  const fields = readObject(request)
  const config = readObject(fields['config'])
  const system =
    fields['system'] ?? fields['instructions'] ?? fields['preamble'] ?? config['systemInstruction']
  return {
    messages: listMessages(fields).slice(-newest).map(readMessage),
    instructions: readParts(readObject(system)['parts'] ?? system ?? []),
    tools: listTools(fields['tools'] ?? config['tools']),
  }
}

/** Each SDK has one of these; a text alone is the user's. */
function listMessages(fields: Fields): readonly unknown[] {
  const { messages, input, inputs, contents, prompt, message } = fields
  const sent = messages ?? input ?? inputs ?? contents ?? prompt ?? message ?? fields['texts']
  return [...toList(fields['chatHistory']), ...toList(sent)]
}

function toList(value: unknown): readonly unknown[] {
  if (value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function readMessage(value: unknown): Message {
  const fields = readObject(value)
  const id = readText(fields['tool_call_id'] ?? fields['toolCallId'])
  const role = readText(fields['role'])?.toLowerCase() ?? readRole(fields)
  if (role === 'tool' && id !== undefined) {
    const response = writeText(fields['content']) ?? ''
    return { role, parts: [{ type: 'tool_call_response', id, response }] }
  }
  const content = fields['content'] ?? fields['parts'] ?? fields['message']
  const hasContent = 'role' in fields || content !== undefined
  return { role, parts: [...readParts((hasContent ? content : value) ?? []), ...readCalls(fields)] }
}

/** Items of OpenAI's Responses API say by their type whose they are. */
function readRole({ type }: Fields): string {
  if (type === 'function_call' || type === 'reasoning') return 'assistant'
  return type === 'function_call_output' ? 'tool' : 'user'
}

/** Calls beside the content, as in OpenAI's chat completions and what speaks like them. */
export function readCalls(fields: Fields): readonly ContentPart[] {
  const calls = fields['tool_calls'] ?? fields['toolCalls']
  if (!Array.isArray(calls)) return []
  return calls.map((call) => readCall(readObject(call))).filter((part) => part !== undefined)
}

function listTools(tools: unknown): RequestContent['tools'] {
  if (!Array.isArray(tools)) return []
  const flat = tools.flatMap((tool: unknown) => {
    const { functionDeclarations } = readObject(tool)
    return Array.isArray(functionDeclarations) ? (functionDeclarations as unknown[]) : [tool]
  })
  return flat.slice(0, MAX_TOOLS).flatMap((tool) => {
    const fields = readObject(tool)
    const { name = fields['name'] } = readObject(fields['function'] ?? fields['toolSpec'])
    const text = readText(name)
    return text === undefined ? [] : [{ type: readText(fields['type']) ?? 'function', name: text }]
  })
}
