import type { Filter } from './address.ts'
import type { Budget, Counter } from './answers-budgets.ts'

/** What a counter counts, by label: values and patterns such as `gpt-*`, one of which has to fit. */
export type Counted = Readonly<Record<string, readonly string[]>>

/** The value of `each` says more than the pattern that let it in. */
export function countedBy({ scope }: Budget, counter: Counter): Counted {
  const own = Object.entries(counter.for).map(([label, value]) => [label, [value]] as const)
  return { ...scope, ...Object.fromEntries(own) }
}

export function isPattern(value: string): boolean {
  return value.includes('*')
}

/** `*` stands for any characters, or none. */
export function fits(patterns: readonly string[], value: string): boolean {
  return patterns.some((pattern) => {
    const parts = pattern.split('*').map((part) => part.replace(/[\\^$.|?+(){}[\]]/g, '\\$&'))
    return new RegExp(`^${parts.join('.*')}$`, 's').test(value)
  })
}

/** Whether a counter counts nothing but what these filters let through. */
export function isWithin(counted: Counted, filters: readonly Filter[]): boolean {
  const byLabel = Map.groupBy(filters, ({ label }) => label)
  return [...byLabel].every(([label, wanted]) => {
    const values = counted[label]
    return values?.every((each) => wanted.some(({ value }) => value === each)) ?? false
  })
}
