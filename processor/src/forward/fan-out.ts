import type { Consume, OtlpRequest, Result } from '../consume.ts'

/** One destination of several. */
export interface Branch {
  /** For messages. */
  readonly endpoint: string
  /** Whether its refusal is ours; otherwise it gets what it takes, and nobody waits for it. */
  readonly isRequired: boolean
  readonly consume: Consume
}

/** Told what a destination that is not required did not get. */
export type OnLost = (request: OtlpRequest, endpoint: string, message: string) => void

type Refusal = Exclude<Result, { kind: 'accepted' }>

/** What one destination that is not required may keep in memory; beyond it, it gets nothing. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024

/**
 * Sends each request to all required branches at once; it is accepted when all of them took it. As
 * long as one of them may take it later the sender is asked to come again, and those that have it
 * get it once more. Then, and only once, it goes to the others.
 */
export function fanOut(branches: readonly Branch[], onLost: OnLost): Consume {
  const required = branches.filter(({ isRequired }) => isRequired)
  const others = branches
    .filter(({ isRequired }) => !isRequired)
    .map((branch) => sendAside(branch, onLost))
  return async (request, signal) => {
    const results = await Promise.all(required.map(({ consume }) => consume(request, signal)))
    const result = combine(results, required)
    if (result.kind === 'accepted') for (const send of others) send(request)
    return result
  }
}

function combine(results: readonly Result[], branches: readonly Branch[]): Result {
  if (results.length === 1) return results[0]!
  const refusals = results.flatMap((result, index) =>
    result.kind === 'accepted' ? [] : [name(result, branches[index]!)],
  )
  const [first] = refusals
  if (first === undefined) return pickPartialSuccess(results)
  const message = refusals.map((refusal) => refusal.message).join('; ')
  const retryable = refusals.filter((refusal) => refusal.kind === 'retryable')
  if (retryable.length === 0) return { ...first, message }
  const afterMs = Math.max(...retryable.map((refusal) => refusal.afterMs ?? -1))
  const isOverload = retryable.every(({ overload }) => overload === true)
  return {
    kind: 'retryable',
    message,
    ...(afterMs >= 0 && { afterMs }),
    ...(isOverload && { overload: true }),
  }
}

function name(refusal: Refusal, { endpoint }: Branch): Refusal {
  return { ...refusal, message: `${endpoint}: ${refusal.message}` }
}

/** The one that rejected most: a sender can be told one number only. */
function pickPartialSuccess(results: readonly Result[]): Result {
  let worst: Result = { kind: 'accepted' }
  for (const result of results) {
    if (result.kind !== 'accepted' || result.partialSuccess === undefined) continue
    const { rejected } = result.partialSuccess
    if (worst.partialSuccess === undefined || rejected > worst.partialSuccess.rejected) {
      worst = result
    }
  }
  return worst
}

/** Sends while nobody waits, whose going away would end it; its timeout does. */
function sendAside({ endpoint, consume }: Branch, onLost: OnLost): (request: OtlpRequest) => void {
  const { signal } = new AbortController()
  let waitingBytes = 0
  const send = async (request: OtlpRequest): Promise<void> => {
    const bytes = request.body.length
    if (waitingBytes > 0 && waitingBytes + bytes > MAX_WAITING_BYTES) {
      onLost(request, endpoint, `${waitingBytes} bytes are waiting for it`)
      return
    }
    waitingBytes += bytes
    try {
      const result = await consume(request, signal)
      if (result.kind !== 'accepted') onLost(request, endpoint, result.message)
    } catch (error) {
      onLost(request, endpoint, (error as Error).message)
    } finally {
      waitingBytes -= bytes
    }
  }
  return (request) => void send(request)
}
