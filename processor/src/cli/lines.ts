/** A line without its end. `too_long`: it was skipped unread. `not_utf8`: it is not text. */
export type Line =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too_long' }
  | { readonly kind: 'not_utf8' }

const NEWLINE = 0x0a

/**
 * Splits a stream into lines, and gives those that one chunk completed at once, so that whoever
 * answers them can answer together. Keeps at most `maxBytes` of a line. Blank lines are left out.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<readonly Line[]> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let kept: Uint8Array[] = []
  let length = 0

  function keep(part: Uint8Array): void {
    length += part.length
    if (length > maxBytes) kept = []
    else if (part.length > 0) kept.push(part)
  }

  function finish(): Line[] {
    const bytes = Buffer.concat(kept)
    const isTooLong = length > maxBytes
    kept = []
    length = 0
    if (isTooLong) return [{ kind: 'too_long' }]
    try {
      const text = decoder.decode(bytes)
      return text.trim() === '' ? [] : [{ kind: 'text', text }]
    } catch {
      return [{ kind: 'not_utf8' }]
    }
  }

  for await (const chunk of input) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    const lines: Line[] = []
    let start = 0
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      keep(bytes.subarray(start, end))
      lines.push(...finish())
      start = end + 1
    }
    keep(bytes.subarray(start))
    if (lines.length > 0) yield lines
  }
  const last = finish()
  if (last.length > 0) yield last
}
