import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { usePost, type Posting } from '../scope.ts'

interface StepsProps {
  /** Below `budgets/…/`, and what the button says. */
  readonly steps: readonly { readonly path: string; readonly text: string }[]
}

/** A reason, and a button for each step that it can be the reason of. */
export function Steps({ steps }: StepsProps) {
  const posting = usePost()
  const why = useRef<HTMLInputElement>(null)
  const take = (path: string) => () => {
    const reason = why.current?.value.trim() ?? ''
    void posting.post(path, reason === '' ? {} : { why: reason })
  }
  return (
    <Posted posting={posting}>
      <form class="fields" onSubmit={(event) => event.preventDefault()}>
        <label class="grow">
          reason
          <input ref={why} name="why" maxLength={2000} placeholder="for the audit" />
        </label>
        {steps.map(({ path, text }) => (
          <button key={path} type="button" disabled={posting.isUnderWay} onClick={take(path)}>
            {text}
          </button>
        ))}
      </form>
    </Posted>
  )
}

interface PostedProps {
  readonly posting: Posting
  readonly children: ComponentChildren
}

/** What was done, or why not, as the API says it, beside what can be done. */
export function Posted({ posting: { problem, done }, children }: PostedProps) {
  return (
    <>
      {children}
      {problem !== undefined && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <p class="done" role="status">
        {problem === undefined && done}
      </p>
    </>
  )
}
