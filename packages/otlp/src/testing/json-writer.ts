/** Gives a whole number below `count`; 0 is the plain choice. */
type Choose = (count: number) => number

const SPACES = ['', '', '', ' ', '\n  ', '\t', '\r\n']
const JUNK = ['null', '17', '"]}"', '[{"key":"test.mark"}]', '{"attributes":[{"spans":[]}]}']

/**
 * JSON text for `value` as no encoder would write it: members in any order, some there twice (the
 * last counts), unknown ones between, odd white space, escapes where none are needed, several
 * forms of one number. `choices`, used again and again, say which of it where.
 */
export function writeJson(value: unknown, choices: readonly number[]): string {
  let next = 0
  return writeValue(value, (count) => choices[next++ % choices.length]! % count)
}

function writeValue(value: unknown, choose: Choose): string {
  const space = (): string => SPACES[choose(SPACES.length)]!
  const junk = (): string => JUNK[choose(JUNK.length)]!
  const pad = (text: string): string => space() + text + space()

  if (typeof value === 'string') return pad(writeString(value, choose))
  if (typeof value === 'number') return pad(writeNumber(value, choose))
  if (typeof value !== 'object' || value === null) return pad(JSON.stringify(value))
  if (Array.isArray(value)) {
    const items = value.map((item) => writeValue(item, choose))
    return pad(`[${items.length === 0 ? space() : items.join(',')}]`)
  }
  const members: string[] = []
  for (const [name, member] of Object.entries(value)) {
    const text = `${pad(writeString(name, choose))}:${writeValue(member, choose)}`
    const twice = choose(9) === 1 ? [`${writeString(name, choose)}:${pad(junk())}`] : []
    const unknown = choose(9) === 1 ? [`"unknown${choose(99)}":${junk()}`] : []
    members.splice(choose(members.length + 1), 0, [...twice, text, ...unknown].join())
  }
  return pad(`{${members.length === 0 ? space() : members.join(',')}}`)
}

function writeString(text: string, choose: Choose): string {
  const characters = Array.from(text, (character) => {
    const isEscaped = /["\\\p{Cc}]/u.test(character) || choose(12) === 1
    return isEscaped ? character.split('').map(escapeUnit).join('') : character
  })
  return `"${characters.join('')}"`
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function writeNumber(value: number, choose: Choose): string {
  const text = Object.is(value, -0) ? '-0' : String(value)
  if (!/^-?\d+$/.test(text)) return text
  return text + ['', '', '.0', '.00', 'e0', 'E+0'][choose(6)]!
}
