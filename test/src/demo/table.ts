/** One column of a plain-text table. */
export interface Column<Row> {
  readonly heading: string
  /** `decimal` puts the points of decimal numbers below each other. */
  readonly align: 'left' | 'right' | 'decimal'
  read(row: Row): string
}

/** The line of headings and then one line for each row. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): readonly string[] {
  const blocks = columns.map((column) => {
    const { heading, align } = column
    const cells = rows.map((row) => column.read(row))
    return padCells([heading, ...(align === 'decimal' ? alignPoints(cells) : cells)], align)
  })
  return Array.from({ length: rows.length + 1 }, (_, line) =>
    blocks
      .map((cells) => cells[line])
      .join('  ')
      .trimEnd(),
  )
}

function padCells(cells: readonly string[], align: Column<never>['align']): readonly string[] {
  const width = Math.max(...cells.map((cell) => cell.length))
  return cells.map((cell) => (align === 'left' ? cell.padEnd(width) : cell.padStart(width)))
}

/** Gives all cells as many characters behind the point as the longest has. */
function alignPoints(cells: readonly string[]): readonly string[] {
  const tails = cells.map((cell) => {
    const point = cell.indexOf('.')
    return point === -1 ? '' : cell.slice(point)
  })
  const longest = Math.max(...tails.map((tail) => tail.length))
  return cells.map((cell, index) => cell + ' '.repeat(longest - (tails[index]?.length ?? 0)))
}
