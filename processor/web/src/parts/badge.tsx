const TONES: Readonly<Record<string, string>> = {
  alert: 'warn',
  pending: 'warn',
  open: 'warn',
  exhausted: 'bad',
  rejected: 'bad',
}

/** The state of something, in a word. */
export function Badge({ state }: { readonly state: string }) {
  return <span class={`badge ${TONES[state] ?? ''}`}>{state}</span>
}
