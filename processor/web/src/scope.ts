import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { Address } from './address.ts'
import { ask, post, writeQuestion, type Parameters } from './ask.ts'

/** What all parts of a page know. */
export interface Scope {
  readonly address: Address
  readonly zone: string
  /** Whether amounts are shown with all digits. */
  readonly isExact: boolean
  /** Grows when everything is to be asked again. */
  readonly round: number
  /** Told that the API wants a token. */
  onLocked(): void
  /** Asks everything again: something was changed. */
  refresh(): void
}

export const ScopeContext = createContext<Scope | undefined>(undefined)

/** @throws Error outside of the page. */
export function useScope(): Scope {
  const scope = useContext(ScopeContext)
  if (scope === undefined) throw new Error('there is no scope around this part')
  return scope
}

/** While a question is under way its last answer stays, so that nothing jumps. */
export interface Asked<Answer> {
  readonly answer?: Answer
  /** Why there is no (newer) answer, in words. */
  readonly problem?: string
  readonly isLoading: boolean
}

/** Asks the API, and again with each round; what is no longer wanted is called off. */
export function useAnswer<Answer>(path: string, parameters: Parameters = {}): Asked<Answer> {
  const { round, onLocked } = useScope()
  const question = writeQuestion(path, parameters)
  const [asked, setAsked] = useState<Asked<Answer>>({ isLoading: true })
  useEffect(() => {
    const abort = new AbortController()
    setAsked((last) => ({ ...last, isLoading: true }))
    const answer = async (): Promise<void> => {
      const reply = await ask<Answer>(question, abort.signal)
      if (reply.kind === 'answer') setAsked({ answer: reply.answer, isLoading: false })
      else if (reply.kind === 'locked') onLocked()
      else {
        const problem = reply.detail
        // What could not be refreshed is shown as it was, with the reason beside it.
        setAsked((last) => ({
          ...(last.answer !== undefined && { answer: last.answer }),
          problem,
          isLoading: false,
        }))
      }
    }
    answer().catch(() => {
      // Called off: another question has taken its place.
    })
    return () => abort.abort()
  }, [question, round])
  return asked
}

/** Something that was asked to be done. */
export interface Posting {
  readonly isUnderWay: boolean
  /** Why it was not done, in the words of the API. */
  readonly problem?: string
  /** That it was. */
  readonly done?: string
  /** Resolves with whether it was done; everything is then asked again. Never rejects. */
  post(path: string, body: unknown): Promise<boolean>
}

export function usePost(): Posting {
  const { onLocked, refresh } = useScope()
  const [state, setState] = useState<Omit<Posting, 'post'>>({ isUnderWay: false })
  const send = async (path: string, body: unknown): Promise<boolean> => {
    setState({ isUnderWay: true })
    const reply = await post(path, body)
    if (reply.kind === 'locked') onLocked()
    if (reply.kind === 'failed') setState({ isUnderWay: false, problem: reply.detail })
    else setState({ isUnderWay: false, done: 'Done.' })
    if (reply.kind === 'answer') refresh()
    return reply.kind === 'answer'
  }
  return { ...state, post: send }
}
