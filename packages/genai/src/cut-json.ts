/** Deeper than any attribute that is read; a text of brackets only must not cost memory. */
const MAX_DEPTH = 32

/**
 * JSON from an attribute. Scanners cut long texts off, so what is cut is read as far as it goes:
 * members that are whole are there, the one that was cut and those behind it are missing.
 * `undefined` where the text is no JSON.
 */
export function parseCutJson(text: string): unknown {
  const whole = tryParse(text)
  if (whole !== undefined) return whole
  const first = text.trimStart()[0]
  return first === '{' || first === '[' ? tryParse(closeAfterLastMember(text)) : undefined
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

/** The text up to its last whole member, with the brackets closed that are open there. */
function closeAfterLastMember(text: string): string {
  const open: string[] = []
  let end = 0
  let closers = ''
  let isText = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (isText) {
      if (character === '\\') index++
      else if (character === '"') isText = false
    } else if (character === '"') {
      isText = true
    } else if (character === '{' || character === '[') {
      if (open.length >= MAX_DEPTH) break
      open.push(character === '{' ? '}' : ']')
    } else if (character === '}' || character === ']' || character === ',') {
      if (character !== ',') open.pop()
      end = character === ',' ? index : index + 1
      closers = open.toReversed().join('')
    }
  }
  return text.slice(0, end) + closers
}
