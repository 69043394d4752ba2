/** What an alert's key says, in words; of budgets and of anomalies. `undefined`: it is another's. */
export function titleOf(key: string): string | undefined {
  const [about, ...parts] = key.split('/')
  if (about === 'budget') return titleBudget(parts)
  if (about !== 'anomaly') return undefined
  const [kind = '', who = ''] = parts
  // Names that are too long for a key stand there as a digest.
  const isDigest = /^[\da-f]{64}$/.test(who)
  return ANOMALIES[kind]?.(isDigest ? 'something with a long name' : decode(who))
}

const ANOMALIES: Readonly<Record<string, (who: string) => string>> = {
  cost: (who) => `Spend of ${who} is unusually high`,
  operation: (who) => `An operation of ${who} cost far more than others`,
  silence: (who) => `Nothing comes from ${who}`,
  unpriced: (who) => `Unusually many operations of ${who} have no full price`,
  model: (who) => `A model is called for the first time: ${who}`,
}

/** `budget/ID[/VALUES]/WINDOW/OF/PERCENT`, where VALUES are a JSON list. */
function titleBudget(parts: readonly string[]): string | undefined {
  const [percent, of, windowId, ...front] = parts.toReversed()
  const [id, values] = front.toReversed()
  if (id === undefined) return undefined
  const who = values === undefined ? '' : ` for ${readValues(decode(values))}`
  const what = of === 'spent' ? 'is used to' : 'is forecast to reach'
  return `Budget ${id}${who} ${what} ${percent} % in ${windowId}`
}

function readValues(text: string): string {
  try {
    return (JSON.parse(text) as readonly unknown[]).join(', ')
  } catch {
    return text
  }
}

/** Asking for a key that is no such text is no fault of ours. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
