import { useRef } from 'preact/hooks'

/** Asks for a token of the API, which is kept as long as this tab. */
export function Unlock({ onToken }: { readonly onToken: (token: string) => void }) {
  const field = useRef<HTMLInputElement>(null)
  const submit = (event: Event): void => {
    event.preventDefault()
    const token = field.current?.value.trim() ?? ''
    if (token !== '') onToken(token)
  }
  return (
    <form class="panel unlock" onSubmit={submit}>
      <h2>A token is needed</h2>
      <p class="quiet">
        The processor takes no question without one of its <code>api.tokens</code>, or the one given
        is not valid (any more). It is kept until this tab is closed.
      </p>
      <label>
        Token <input ref={field} type="password" autocomplete="off" required autofocus />
      </label>{' '}
      <button type="submit">Continue</button>
    </form>
  )
}
