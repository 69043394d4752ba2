/**
 * Finds places in JSON text. The text must be valid: the caller has put it through `JSON.parse`
 * before, so nothing is checked again here.
 */

export interface TextRange {
  readonly start: number
  readonly end: number
}

export interface TextEdit extends TextRange {
  readonly insert: string
}

/** The value of a member of the object that begins at or after `at`; the last one of several. */
export function findLastMember(text: string, at: number, name: string): TextRange | undefined {
  let found: TextRange | undefined
  let next = skipSpace(text, skipSpace(text, at) + 1)
  while (text[next] !== '}') {
    const keyEnd = endOfString(text, next)
    const key = JSON.parse(text.slice(next, keyEnd)) as string
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1)
    const end = endOfValue(text, start)
    if (key === name) found = { start, end }
    next = skipSeparator(text, end)
  }
  return found
}

/** The elements of the array that begins at `at`. */
export function findElements(text: string, at: number): readonly TextRange[] {
  const elements: TextRange[] = []
  let start = skipSpace(text, at + 1)
  while (start < text.length && text[start] !== ']') {
    const end = endOfValue(text, start)
    elements.push({ start, end })
    start = skipSeparator(text, end)
  }
  return elements
}

/** Applies edits that are in order and do not overlap. */
export function replaceRanges(text: string, edits: readonly TextEdit[]): string {
  let result = ''
  let from = 0
  for (const { start, end, insert } of edits) {
    result += text.slice(from, start) + insert
    from = end
  }
  return result + text.slice(from)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

function skipSpace(text: string, at: number): number {
  let next = at
  while (text.charCodeAt(next) <= 0x20) next++
  return next
}

/** Steps over white space and one comma, if there is one. */
function skipSeparator(text: string, at: number): number {
  const next = skipSpace(text, at)
  return text.charCodeAt(next) === COMMA ? skipSpace(text, next + 1) : next
}

function endOfString(text: string, at: number): number {
  let next = at + 1
  while (next < text.length) {
    const code = text.charCodeAt(next)
    if (code === QUOTE) return next + 1
    next += code === BACKSLASH ? 2 : 1
  }
  throw new Error('the text is not JSON')
}

function endOfValue(text: string, at: number): number {
  const first = text[at]
  if (first === '"') return endOfString(text, at)
  if (first === '{' || first === '[') return endOfNesting(text, at)
  let next = at
  // Numbers, true, false and null end at a separator, a bracket or white space.
  while (next < text.length && !',]}'.includes(text[next]!) && text.charCodeAt(next) > 0x20) next++
  return next
}

/** Without recursion, so that deep nesting costs no stack. */
function endOfNesting(text: string, at: number): number {
  let depth = 0
  let next = at
  while (next < text.length) {
    const char = text[next]!
    if (char === '"') {
      next = endOfString(text, next)
      continue
    }
    if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    next++
    if (depth === 0) return next
  }
  throw new Error('the text is not JSON')
}
