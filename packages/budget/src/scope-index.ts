import { cutValue, type Budget, type Labels } from './budget.ts'

/**
 * Finds the scopes that labels can match without looking at all of them. Each scope lies under the
 * values of one of its labels, the one that tells it best from others; what has no label with plain
 * values, but patterns or none, is always a candidate. Answers positions in the list, in order.
 */
export function createScopeIndex(
  budgets: readonly Pick<Budget, 'scope'>[],
): (labels: Labels) => readonly number[] {
  const plain = budgets.map(({ scope }) => listPlain(scope))
  const uses = new Map<string, number>()
  for (const label of plain.flat()) {
    for (const value of label.values) {
      const place = textOf(label.name, value)
      uses.set(place, (uses.get(place) ?? 0) + 1)
    }
  }
  const mostUsed = ({ name, values }: PlainLabel): number =>
    Math.max(...values.map((value) => uses.get(textOf(name, value)) ?? 0))

  const byLabel = new Map<string, Map<string, number[]>>()
  const always: number[] = []
  for (const [position, labels] of plain.entries()) {
    const [best] = labels.toSorted((a, b) => mostUsed(a) - mostUsed(b))
    if (best === undefined) {
      always.push(position)
      continue
    }
    const byValue = byLabel.get(best.name) ?? new Map<string, number[]>()
    byLabel.set(best.name, byValue)
    for (const value of best.values) {
      const positions = byValue.get(value) ?? []
      positions.push(position)
      byValue.set(value, positions)
    }
  }
  return (labels) => {
    const found = [...always]
    for (const [name, byValue] of byLabel) {
      const value = labels[name]
      if (value !== undefined) found.push(...(byValue.get(cutValue(value)) ?? []))
    }
    return found.sort((a, b) => a - b)
  }
}

interface PlainLabel {
  readonly name: string
  readonly values: readonly string[]
}

/** The labels of a scope for which it names values, each once. */
function listPlain(scope: Budget['scope']): PlainLabel[] {
  return Object.entries(scope)
    .filter(([, patterns]) => patterns.every((pattern) => !pattern.includes('*')))
    .map(([name, patterns]) => ({ name, values: [...new Set(patterns)] }))
}

function textOf(name: string, value: string): string {
  return `${name}\n${value}`
}
