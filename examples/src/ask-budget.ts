/** A call that an application is about to make, in the words of `POST /api/v1/decisions`. */
export interface Call {
  /** Whose budget it is: team, user, tenant and whatever else the budgets' scopes name. */
  readonly dimensions: Readonly<Record<string, string>>
  readonly provider: string
  readonly model: string
  /** UTF-8 bytes of the prompt: a token is at least a byte, so they are a bound. */
  readonly promptBytes?: number
  /** What the call is told as its maximum. */
  readonly maxOutputTokens?: number
}

export interface Asking {
  /** Of the processor's API, such as `http://127.0.0.1:14320`. */
  readonly url: string
  /** With the role `decider`, where the processor wants one. */
  readonly token?: string
  /** What holds when the processor does not answer in a second. */
  readonly onFailure: 'allow' | 'refuse'
}

/** Whether a request may go on; `model` is the one that it may use. */
export type Answer =
  | { readonly kind: 'go'; readonly model: string }
  | {
      readonly kind: 'stop'
      readonly status: 429 | 503
      readonly headers: Readonly<Record<string, string>>
      readonly body: { readonly error: string }
    }

interface Decision {
  readonly decision: 'allow' | 'throttle' | 'downgrade' | 'deny'
  readonly retryAfterMs?: number
  readonly model?: string
  readonly budget?: string
  readonly window?: string
}

const TIMEOUT_MS = 1000

/** Asks spancost whether a call may be made. Never rejects. */
export async function askBudget(call: Call, asking: Asking): Promise<Answer> {
  let decision: Decision
  try {
    const response = await fetch(`${asking.url}/api/v1/decisions`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(asking.token !== undefined && { authorization: `Bearer ${asking.token}` }),
      },
      body: JSON.stringify(call),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!response.ok) throw new Error(`spancost answers ${response.status}`)
    decision = (await response.json()) as Decision
  } catch {
    return asking.onFailure === 'allow'
      ? { kind: 'go', model: call.model }
      : stop(503, 'nobody knows whether there is budget left')
  }
  const { budget, window, retryAfterMs = 0 } = decision
  if (decision.decision === 'throttle') {
    const seconds = String(Math.ceil(retryAfterMs / 1000))
    return stop(429, `budget ${budget} slows calls down`, { 'retry-after': seconds })
  }
  if (decision.decision === 'deny') {
    return stop(429, `budget ${budget} has no room for this call in ${window}`)
  }
  // A downgrade names another model.
  return { kind: 'go', model: decision.model ?? call.model }
}

function stop(
  status: 429 | 503,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { kind: 'stop', status, headers, body: { error } }
}
