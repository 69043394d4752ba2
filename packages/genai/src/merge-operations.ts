import type { Operation } from './operation.ts'

/** What a second dialect may add. Role, name and usage are never mixed: they would count twice. */
const MAY_BE_FILLED = [
  'provider',
  'requestModel',
  'responseModel',
  'responseId',
  'serviceTier',
  'region',
  'serverAddress',
  'errorType',
  'reportedCost',
] as const satisfies readonly (keyof Operation)[]

/** The first reading of a span, with what it left open filled in from the second. */
export function mergeOperations(first: Operation, second: Operation): Operation {
  const filled: { -readonly [Field in keyof Operation]?: unknown } = {}
  for (const field of MAY_BE_FILLED) {
    if (first[field] === undefined && second[field] !== undefined) filled[field] = second[field]
  }
  return { ...first, ...filled } as Operation
}
