/** A text value is cut to this many bytes: the longest that a price or a label could need. */
const MAX_TEXT_BYTES = 1024

/** The text from `start` to `end`, cut before the character that would pass the limit. */
export function readText(buffer: Buffer, start: number, end: number): string {
  if (end - start <= MAX_TEXT_BYTES) return buffer.toString('utf8', start, end)
  let cut = start + MAX_TEXT_BYTES
  // A character has at most three bytes behind its first.
  while (cut > start + MAX_TEXT_BYTES - 3 && isInsideCharacter(buffer[cut]!)) cut--
  return buffer.toString('utf8', start, cut)
}

/** The same for text that is decoded already. */
export function cutText(text: string): string {
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= MAX_TEXT_BYTES) return text
  const bytes = Buffer.from(text.slice(0, MAX_TEXT_BYTES + 1))
  return readText(bytes, 0, bytes.length)
}

function isInsideCharacter(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}
