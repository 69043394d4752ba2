/** A fleet has dozens of names, hosts and scopes; made-up ones must not fill the memory. */
const MAX_REMEMBERED = 1_000

/** The same function of a text, which keeps what it answered: it is asked the same with every span. */
export function remember<Value>(answer: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    const found = known.get(text)
    if (found !== undefined || known.has(text)) return found as Value
    const value = answer(text)
    if (known.size >= MAX_REMEMBERED) known.clear()
    known.set(text, value)
    return value
  }
}
