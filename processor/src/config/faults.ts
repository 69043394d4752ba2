import type { z } from 'zod'
import { formatPath } from './file.ts'
import type { ConfigFault, ConfigFile, Path } from './file.ts'
import { describeConfig } from './schema.ts'
import { findNearest } from '../nearest.ts'

type Issue = z.core.$ZodIssue
type JsonSchema = z.core.JSONSchema.BaseSchema

/**
 * Gives what the schema found its line. What concerns a place where the file could not be read, such
 * as one with an unset variable, is left out: that fault is told already.
 */
export function locateIssues(issues: readonly Issue[], file: ConfigFile): ConfigFault[] {
  const told = new Set(file.faults.map((fault) => fault.path))
  return issues
    .flatMap((issue) => listFaults(issue, []))
    .map(({ path, message }) => ({ line: file.lineOf(path), path: formatPath(path), message }))
    .filter(({ path }) => !told.has(path))
}

interface FaultAt {
  readonly path: Path
  readonly message: string
}

function listFaults(issue: Issue, above: Path): FaultAt[] {
  const path = [...above, ...issue.path.map(toStep)]
  if (issue.code === 'unrecognized_keys') {
    const known = findKnownKeys(path)
    return issue.keys.map((key) => ({ path: [...path, key], message: describeKey(key, known) }))
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, message }))
  }
  if (issue.code === 'invalid_union') {
    const meant = findMeant(issue)
    if (meant !== undefined) return meant.flatMap((fault) => listFaults(fault, path))
  }
  return [{ path, message: issue.message }]
}

/**
 * Of alternatives, what is wrong with the one that was meant: it is of the right type, and least is
 * wrong with it.
 */
export function findMeant({ errors }: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const ofItsType = errors.filter((faults) => !faults.some(isWrongType))
  return ofItsType.toSorted((one, other) => one.length - other.length)[0]
}

function toStep(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key)
}

function isWrongType(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0
}

function describeKey(key: string, known: readonly string[]): string {
  const nearest = findNearest(key, known)
  const hint = nearest ? `did you mean \`${nearest}\`?` : `known here: ${known.join(', ')}`
  return `unknown key \`${key}\`; ${hint}`
}

/** The keys that the schema has at a path, for suggestions. */
function findKnownKeys(path: Path): string[] {
  const found = path.reduce<JsonSchema | undefined>(stepInto, describeConfig())
  return Object.keys(findObject(found)?.properties ?? {})
}

function stepInto(schema: JsonSchema | undefined, step: string | number): JsonSchema | undefined {
  const map = findObject(schema)
  const below = map ? (map.properties?.[step] ?? map.additionalProperties) : schema?.items
  return typeof below === 'object' && !Array.isArray(below) ? below : undefined
}

/** The map among the alternatives of a place that may also hold something else. */
function findObject(schema: JsonSchema | undefined): JsonSchema | undefined {
  return [schema, ...(schema?.anyOf ?? [])].find((one) => one?.type === 'object')
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: '`true` or `false`',
  object: 'a map',
  record: 'a map',
  array: 'a list',
}

/** Words for what the schema's own parts do not explain; for zod's `error` option. */
export function describeProblem(issue: z.core.$ZodRawIssue): string | undefined {
  const found = describeFound(issue.input)
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return 'missing'
    const quote = issue.expected === 'string' && typeof issue.input !== 'object'
    const hint = quote ? '; put it in quotes' : ''
    return `expected ${TYPES[issue.expected] ?? issue.expected}, found ${found}${hint}`
  }
  if (issue.code === 'invalid_value') {
    return `expected one of ${issue.values.join(', ')}, found ${found}`
  }
  if (issue.code === 'invalid_union') return `expected text, a map or null, found ${found}`
  if (issue.code !== 'too_big') return undefined
  const things = issue.origin === 'string' ? 'characters' : 'of them'
  return `more than ${issue.maximum} ${things}`
}

function describeFound(input: unknown): string {
  if (Array.isArray(input)) return 'a list'
  if (typeof input === 'object' && input !== null) return 'a map'
  return `\`${String(input).slice(0, 100)}\``
}
