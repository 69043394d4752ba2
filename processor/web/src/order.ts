/** Rows in the order that they had; those that are new come last, in their own order. */
export function keepOrder<Row>(
  order: readonly string[],
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): readonly Row[] {
  const byKey = new Map(rows.map((row) => [keyOf(row), row]))
  const known = order.flatMap((key) => byKey.get(key) ?? [])
  const seen = new Set(order)
  return [...known, ...rows.filter((row) => !seen.has(keyOf(row)))]
}
