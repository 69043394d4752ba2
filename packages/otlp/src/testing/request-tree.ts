import type { Branch, Field } from './wire-writer.ts'

/**
 * What the tests know of a trace request's tree (wire-writer.ts). Known messages in it are always
 * branches, and unknown fields never have their numbers.
 */

const RESOURCE_SPANS = 1
const SCOPE_SPANS = 2
const SPANS = 2
const ATTRIBUTES = 9

/** `resource` of ResourceSpans and `scope` of ScopeSpans. */
const SHARED = 1

function branches(fields: readonly Field[], number: number): Branch[] {
  return fields.filter((field) => field.kind === 'branch' && field.number === number) as Branch[]
}

/** All spans, in the order of the bytes. */
export function listSpans(request: readonly Field[]): Branch[] {
  return branches(request, RESOURCE_SPANS)
    .flatMap((resourceSpans) => branches(resourceSpans.fields, SCOPE_SPANS))
    .flatMap((scopeSpans) => branches(scopeSpans.fields, SPANS))
}

export function hasKey(span: Branch, keys: readonly string[]): boolean {
  return branches(span.fields, ATTRIBUTES).some(({ key }) => keys.includes(key ?? ''))
}

/** The tree as a patch has to leave it: every length above an addition in its shortest form. */
export function patchTree(
  request: readonly Field[],
  additions: ReadonlyMap<Field, readonly Branch[]>,
  own: readonly string[],
): Field[] {
  return request.map((field): Field => {
    if (field.kind === 'leaf') return field
    const added = additions.get(field)
    if (added !== undefined) {
      return { ...field, fields: patchFields(field.fields, added, own), lengthWidth: 1 }
    }
    const fields = patchTree(field.fields, additions, own)
    const isSame = fields.every((child, index) => child === field.fields[index])
    return isSame ? field : { ...field, fields, lengthWidth: 1 }
  })
}

function patchFields(
  fields: readonly Field[],
  added: readonly Branch[],
  own: readonly string[],
): Field[] {
  const isAttribute = (field: Field): field is Branch =>
    field.kind === 'branch' && field.number === ATTRIBUTES
  const behindLast = fields.findLastIndex(isAttribute) + 1
  return fields.toSpliced(behindLast, 0, ...added).filter((field, index) => {
    const isAdded = index >= behindLast && index < behindLast + added.length
    return isAdded || !isAttribute(field) || !own.includes(field.key ?? '')
  })
}

/**
 * The same request with one resource in each ResourceSpans and one scope in each ScopeSpans. To
 * join the contents of two messages is to merge them, by the definition of protobuf.
 */
export function mergeRepeated(request: readonly Field[]): Field[] {
  return changeBranches(request, RESOURCE_SPANS, (resourceSpans) =>
    changeBranches(mergeShared(resourceSpans), SCOPE_SPANS, mergeShared),
  )
}

function mergeShared(fields: readonly Field[]): readonly Field[] {
  const shared = branches(fields, SHARED)
  if (shared.length < 2) return fields
  const merged: Branch = {
    kind: 'branch',
    number: SHARED,
    fields: shared.flatMap((branch) => branch.fields),
  }
  return [merged, ...fields.filter((field) => !shared.includes(field as Branch))]
}

function changeBranches(
  fields: readonly Field[],
  number: number,
  change: (fields: readonly Field[]) => readonly Field[],
): Field[] {
  return fields.map((field) =>
    field.kind === 'branch' && field.number === number
      ? { ...field, fields: change(field.fields) }
      : field,
  )
}
