import { setTimeout as sleep } from 'node:timers/promises'
import type { Notice } from './notice.ts'

/**
 * Tells somebody. Rejects where that failed; `PermanentError` where it would fail again. It is called
 * with notices that `trimNotice` has cut.
 */
export type Channel = (notice: Notice, signal: AbortSignal) => Promise<void>

/** The other side refuses this, and would again. */
export class PermanentError extends Error {}

const ATTEMPTS = 3
const TIMEOUT_MS = 10_000
const FIRST_DELAY_MS = 1000

/** No notice takes longer. */
export const LONGEST_SEND_MS = ATTEMPTS * TIMEOUT_MS + 5 * FIRST_DELAY_MS

/** Three attempts of ten seconds each; throws what the last one threw. */
export async function sendNotice(
  channel: Channel,
  notice: Notice,
  firstDelayMs = FIRST_DELAY_MS,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await channel(notice, AbortSignal.timeout(TIMEOUT_MS))
    } catch (error) {
      if (attempt === ATTEMPTS || error instanceof PermanentError) throw error
    }
    await sleep(firstDelayMs * 4 ** (attempt - 1) * (0.5 + Math.random() / 2))
  }
}

export interface Post {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly signal: AbortSignal
}

/** What is read of an answer, for the error. */
const MAX_ANSWER_LENGTH = 300

/**
 * Posts, JSON unless `headers` says otherwise. Redirects are not followed: a notice goes to the
 * address that the config names, or nowhere. Errors do not show the URL: it often holds the secret.
 */
export async function post({ url, headers, body, signal }: Post): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    redirect: 'manual',
    signal,
  })
  const answer = await response.text()
  if (response.ok) return
  const message = `answered ${response.status}: ${answer.slice(0, MAX_ANSWER_LENGTH)}`
  const isPermanent = response.status < 500 && response.status !== 408 && response.status !== 429
  throw isPermanent ? new PermanentError(message) : new Error(message)
}
