/**
 * CSV as RFC 4180 has it: comma, CRLF, quotes doubled. Texts that a spreadsheet would take for a
 * formula begin with an apostrophe: they come from whoever sends spans.
 */
export function writeCsv(
  header: readonly string[],
  rows: Iterable<readonly (string | bigint)[]>,
): string {
  const lines = [header, ...rows].map((cells) => cells.map(writeCell).join(','))
  return `${lines.join('\r\n')}\r\n`
}

/** https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n|%]/
const NUMBER = /^-?\d+(?:\.\d+)?$/
const NEEDS_QUOTES = /[",\r\n\t]|^\s|\s$/

function writeCell(value: string | bigint): string {
  const text = String(value)
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
