import { STATUS_CODES } from 'node:http'
import type { Answer } from './answer.ts'
import { writeJson } from './json.ts'

/** An answer as it goes over HTTP, and to whoever asks a route without a server. */
export interface Rendered {
  readonly status: number
  readonly contentType: string
  readonly text: string
  readonly allow?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

export function renderAnswer(answer: Answer): Rendered {
  const { headers } = answer
  return { ...renderBody(answer), ...(headers !== undefined && { headers }) }
}

function renderBody(answer: Answer): Rendered {
  if (answer.kind === 'text') return { status: 200, ...answer }
  if (answer.kind === 'json') {
    const { status = 200, body } = answer
    return { status, contentType: 'application/json', text: writeJson(body) }
  }
  const { status } = answer
  const { allow, ...members } = answer.problem
  // `about:blank`: the problem means what its status means (RFC 9457, 4.2.1).
  const text = writeJson({ type: 'about:blank', title: STATUS_CODES[status], status, ...members })
  return {
    status,
    contentType: 'application/problem+json',
    text,
    ...(allow !== undefined && { allow }),
  }
}
