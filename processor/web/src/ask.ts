/** Questions to the API, which is where the page came from and nowhere else. */

export type Reply<Answer> =
  | { readonly kind: 'answer'; readonly answer: Answer }
  /** The API wants a token, or another one. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'failed'; readonly detail: string }

export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>

const TOKEN_KEY = 'spancost.token'

/** Goes with the tab: a token is not to be found on the disk of a shared machine. */
export function keepToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token)
}

/** @throws DOMException named AbortError, where the signal says so. */
export async function ask<Answer>(path: string, signal: AbortSignal): Promise<Reply<Answer>> {
  return send(path, { signal })
}

/** Asks for something to be done; `detail` of a failure says why it was not, as the API says it. */
export async function post<Answer>(path: string, body: unknown): Promise<Reply<Answer>> {
  const headers = { 'Content-Type': 'application/json' }
  return send(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

async function send<Answer>(path: string, sent: Sent): Promise<Reply<Answer>> {
  const token = sessionStorage.getItem(TOKEN_KEY)
  const headers = {
    ...sent.headers,
    ...(token !== null && { Authorization: `Bearer ${token}` }),
  }
  try {
    const response = await fetch(`./api/v1/${path}`, { ...sent, headers })
    if (response.status === 401) return { kind: 'locked' }
    const text = await response.text()
    if (response.ok) return { kind: 'answer', answer: readJson(text) as Answer }
    return { kind: 'failed', detail: describeProblem(response.status, text) }
  } catch (error) {
    if (sent.signal?.aborted) throw error
    return { kind: 'failed', detail: 'The processor does not answer.' }
  }
}

export function writeQuestion(path: string, parameters: Parameters): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) for (const each of [value].flat()) query.append(name, each)
  }
  const text = query.toString()
  return text === '' ? path : `${path}?${text}`
}

const LONG_INTEGER = /[:[,]\d{16,}[,}\]]/

interface Source {
  readonly source?: string
}

/** Whole numbers beyond 2^53 become `bigint`, where the browser tells how they were written. */
export function readJson(text: string): unknown {
  if (!LONG_INTEGER.test(text)) return JSON.parse(text)
  const revive = (_: string, value: unknown, { source }: Source = {}): unknown =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^\d+$/.test(source ?? '')
      ? BigInt(source!)
      : value
  return JSON.parse(text, revive)
}

/** What an RFC 9457 problem document says, or its status. */
function describeProblem(status: number, text: string): string {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown }
    if (typeof detail === 'string') return detail
  } catch {
    // Something between us and the processor has answered.
  }
  return `The answer was ${status}.`
}
