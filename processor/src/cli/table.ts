/** Tables for people: columns are two spaces apart, numbers stand at the right. */

export interface Column {
  readonly name: string
  /** `decimal`: the points stand below each other. */
  readonly align: 'left' | 'right' | 'decimal'
}

/** Longer texts are cut; the other forms of output have them whole. */
const MAX_WIDTH = 60

export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const shown = columns.map(({ name, align }, index) => {
    const cells = rows.map((row) => showText(row[index] ?? ''))
    return alignCells([name, ...(align === 'decimal' ? alignPoints(cells) : cells)], align)
  })
  const lines = Array.from({ length: rows.length + 1 }, (_, line) =>
    shown
      .map((cells) => cells[line])
      .join('  ')
      .trimEnd(),
  )
  return lines.join('\n')
}

/** What a sender wrote must not steer the terminal: control characters are shown as escapes. */
export function showText(text: string): string {
  const safe = text.replaceAll(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  )
  return safe.length <= MAX_WIDTH ? safe : `${safe.slice(0, MAX_WIDTH - 1)}…`
}

function alignCells(cells: readonly string[], align: Column['align']): readonly string[] {
  const width = Math.max(...cells.map((cell) => cell.length))
  return cells.map((cell) => (align === 'left' ? cell.padEnd(width) : cell.padStart(width)))
}

function alignPoints(cells: readonly string[]): readonly string[] {
  const lengths = cells.map((cell) => (cell.includes('.') ? cell.length - cell.indexOf('.') : 0))
  const longest = Math.max(0, ...lengths)
  return cells.map((cell, index) => cell + ' '.repeat(longest - lengths[index]!))
}
