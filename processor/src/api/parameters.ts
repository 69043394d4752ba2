import { INSTANT_FORMS, readInstant } from '../instant.ts'
import { findNearest } from '../nearest.ts'

/** How one query or path parameter is read. */
export interface Parameter<Value> {
  /** Words for the error message, after "expected". */
  readonly expected: string
  /** `undefined`: not of the expected form. */
  read(text: string): Value | undefined
  /** Where a name may be given several times: what two of them mean together. */
  join?(one: Value, other: Value): Value
}

type Parameters = Readonly<Record<string, Parameter<unknown>>>

export type Values<Known extends Parameters> = {
  readonly [Name in keyof Known]?: Known[Name] extends Parameter<infer Value> ? Value : never
}

export type ReadParameters<Known extends Parameters> =
  | { readonly kind: 'values'; readonly values: Values<Known> }
  | { readonly kind: 'bad'; readonly parameter: string; readonly message: string }

/** Reads what was given; unknown names, names given twice and bad values are refused. */
export function readParameters<Known extends Parameters>(
  known: Known,
  given: Iterable<readonly [name: string, text: string]>,
): ReadParameters<Known> {
  const values: Record<string, unknown> = {}
  for (const [parameter, text] of given) {
    const bad = (message: string) => ({ kind: 'bad', parameter, message }) as const
    const reader = Object.hasOwn(known, parameter) ? known[parameter] : undefined
    if (reader === undefined) return bad(describeUnknown(parameter, Object.keys(known)))
    const isRepeated = Object.hasOwn(values, parameter)
    if (isRepeated && reader.join === undefined) return bad('given twice')
    const value = reader.read(text)
    if (value === undefined)
      return bad(`expected ${reader.expected}, found "${text.slice(0, 100)}"`)
    values[parameter] = isRepeated ? reader.join?.(values[parameter], value) : value
  }
  // Every name is one of `known`, and every value came from its reader.
  return { kind: 'values', values: values as Values<Known> }
}

function describeUnknown(name: string, known: readonly string[]): string {
  const nearest = findNearest(name, known)
  if (nearest !== undefined) return `unknown; did you mean "${nearest}"?`
  return known.length > 0 ? `unknown; known here: ${known.join(', ')}` : 'none is taken here'
}

/** Milliseconds since 1970 UTC. */
export const instant: Parameter<number> = { expected: INSTANT_FORMS, read: readInstant }

export const traceId: Parameter<string> = {
  expected: '32 hex digits',
  read: (text) => (/^[0-9a-f]{32}$/i.test(text) ? text.toLowerCase() : undefined),
}

export const oneSpanId: Parameter<string> = {
  expected: '16 hex digits',
  read: (text) => (/^[0-9a-f]{16}$/i.test(text) ? text.toLowerCase() : undefined),
}

export const name: Parameter<string> = {
  expected: '1 to 256 characters',
  read: (text) => (text.length >= 1 && text.length <= 256 ? text : undefined),
}

export function wholeNumber(most: number): Parameter<number> {
  return {
    expected: `a whole number from 1 to ${most}`,
    read: (text) => {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : 0
      return value >= 1 && value <= most ? value : undefined
    },
  }
}

export function oneOf<Word extends string>(...words: readonly Word[]): Parameter<Word> {
  return {
    expected: words.map((word) => `"${word}"`).join(' or '),
    read: (text) => words.find((word) => word === text),
  }
}

const LABEL_NAME = '[a-z][a-z0-9_]{0,63}'
const LABEL_NAMES = new RegExp(`^${LABEL_NAME}$`)
const LABEL_VALUE = new RegExp(`^(${LABEL_NAME})=(.{0,256})$`, 's')

/** Different label names, separated by commas. */
export function labelNames(most: number): Parameter<readonly string[]> {
  return {
    expected: `at most ${most} different label names such as model,team`,
    read: (text) => {
      const names = text.split(',')
      const isGood = names.every((one) => LABEL_NAMES.test(one))
      return isGood && names.length <= most && new Set(names).size === names.length
        ? names
        : undefined
    },
  }
}

/** By label, the values of which an operation must have one. */
export type Filter = Readonly<Record<string, readonly string[]>>

/** `team=search`; given again, another value of the label or another label. */
export const labelFilter: Parameter<Filter> = {
  expected: 'a label and a value such as team=search (team= where there is none)',
  read: (text) => {
    const [, label, value = ''] = LABEL_VALUE.exec(text) ?? []
    return label === undefined ? undefined : { [label]: [value] }
  },
  join: (one, other) => {
    const labels = Object.keys({ ...one, ...other })
    return Object.fromEntries(
      labels.map((label) => [label, [...(one[label] ?? []), ...(other[label] ?? [])]]),
    )
  },
}
