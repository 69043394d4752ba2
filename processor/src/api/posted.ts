import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { z } from 'zod'
import { describeProblem, findMeant } from '../config/faults.ts'
import { formatPath } from '../config/file.ts'
import type { Answer } from './answer.ts'

export type Posted =
  | { readonly kind: 'body'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly status: 400 | 413 | 415; readonly detail: string }

/** What is posted here are budgets and decisions; even long ones are far from this. */
const MAX_BYTES = 256 * 1024

/**
 * Reads what was posted as JSON. Another content type is refused: a browser sends JSON to another
 * site only after asking, and there is nobody here to say yes.
 */
export async function readPosted(request: IncomingMessage): Promise<Posted> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    return refuse(415, 'expected Content-Type: application/json')
  }
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    // The rest is read and thrown away, so that the sender gets to read the answer.
    if (bytes <= MAX_BYTES) chunks.push(chunk)
    else if (bytes > 64 * MAX_BYTES) break
  }
  if (bytes > MAX_BYTES) return refuse(413, `the body is larger than ${MAX_BYTES} bytes`)
  try {
    return { kind: 'body', body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
  } catch {
    return refuse(400, 'the body is no JSON')
  }
}

/** A request that somebody else wants to make, as a proxy tells of it. */
export interface Forwarded {
  readonly headers: IncomingHttpHeaders
  /** Length of its body, as far as the proxy sends it along. */
  readonly bytes: number
  /** The body, where it is JSON of no more than a megabyte. */
  readonly body?: unknown
}

/** Longer bodies are only counted, up to sixteen times that. */
const MAX_FORWARDED_BYTES = 1024 * 1024

export async function readForwarded(
  request: IncomingMessage,
): Promise<Forwarded | Extract<Posted, { readonly kind: 'refused' }>> {
  const { headers } = request
  const chunks: Buffer[] = []
  let bytes = 0
  // Read to its end, which the server's time limit bounds, so that the sender gets to read the answer.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes <= MAX_FORWARDED_BYTES) chunks.push(chunk)
  }
  if (bytes > 16 * MAX_FORWARDED_BYTES) {
    return refuse(413, `the body is larger than ${16 * MAX_FORWARDED_BYTES} bytes`)
  }
  if (bytes > MAX_FORWARDED_BYTES) return { headers, bytes }
  try {
    return { headers, bytes, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) }
  } catch {
    return { headers, bytes }
  }
}

function refuse(
  status: 400 | 413 | 415,
  detail: string,
): Extract<Posted, { readonly kind: 'refused' }> {
  return { kind: 'refused', status, detail }
}

/**
 * What was posted, in the shape that is wanted. The refusal names the first place that is wrong, as
 * the config's faults do.
 */
export function readBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
):
  | { readonly kind: 'good'; readonly value: z.output<Schema> }
  | { readonly kind: 'bad'; readonly answer: Answer } {
  const parsed = schema.safeParse(body, { error: describeProblem })
  if (parsed.success) return { kind: 'good', value: parsed.data }
  const fault = parsed.error.issues[0] && findFirst(parsed.error.issues[0], [])
  const detail = [formatPath(fault?.path ?? []), fault?.message ?? 'not what is wanted']
    .filter((part) => part !== '')
    .join(': ')
  return { kind: 'bad', answer: { kind: 'problem', status: 400, problem: { detail } } }
}

interface FaultAt {
  readonly path: readonly (string | number)[]
  readonly message: string
}

function findFirst(issue: z.core.$ZodIssue, above: FaultAt['path']): FaultAt {
  const path = [...above, ...issue.path.map(toStep)]
  if (issue.code === 'unrecognized_keys') {
    return { path, message: `unknown key ${issue.keys.join(', ')}` }
  }
  const [meant] = (issue.code === 'invalid_union' ? findMeant(issue) : undefined) ?? []
  return meant === undefined ? { path, message: issue.message } : findFirst(meant, path)
}

function toStep(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key)
}
