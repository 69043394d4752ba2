import { isSame, type Cursor } from './wire.ts'

/** A text value is cut to this many bytes: the longest that a price or a label could need. */
const MAX_TEXT_BYTES = 1024

/** The text from `start` to `end`, cut before the character that would pass the limit. */
export function readText(cursor: Cursor, start: number, end: number): string {
  const length = end - start
  if (length === 0) return ''
  return length <= MAX_KEPT_BYTES
    ? readShortText(cursor, start, length)
    : decode(cursor.bytes, start, end)
}

/** The same for text that is decoded already. */
export function cutText(text: string): string {
  // A UTF-16 unit takes at most three bytes.
  if (text.length * 3 <= MAX_TEXT_BYTES) return text
  const bytes = Buffer.from(text.slice(0, MAX_TEXT_BYTES + 1))
  return decode(bytes, 0, bytes.length)
}

function decode(bytes: Buffer, start: number, end: number): string {
  if (end - start <= MAX_TEXT_BYTES) return bytes.toString('utf8', start, end)
  let cut = start + MAX_TEXT_BYTES
  // A character has at most three bytes behind its first.
  while (cut > start + MAX_TEXT_BYTES - 3 && isInsideCharacter(bytes[cut]!)) cut--
  return bytes.toString('utf8', start, cut)
}

function isInsideCharacter(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

/**
 * Short texts that were read before: models, providers and services are few, and to decode one
 * costs five times as much as to compare it. Each has one place, and the next of its hash takes it.
 */
const PLACES = 1024
const MAX_KEPT_BYTES = 48
const keptBytes = new Uint8Array(PLACES * MAX_KEPT_BYTES)
const keptView = new DataView(keptBytes.buffer)
const keptTexts = Array.from({ length: PLACES }, () => '')
const keptLengths = new Uint8Array(PLACES)

function readShortText({ bytes, view }: Cursor, start: number, length: number): string {
  const place = hashText(view, start, length)
  const keptAt = place * MAX_KEPT_BYTES
  if (keptLengths[place] === length && isSame(keptView, keptAt, view, start, length)) {
    return keptTexts[place]!
  }
  const text = bytes.toString('utf8', start, start + length)
  for (let index = 0; index < length; index++) keptBytes[keptAt + index] = bytes[start + index]!
  keptLengths[place] = length
  keptTexts[place] = text
  return text
}

/** From 0 to `PLACES` - 1, of the first and the last bytes and some between them. */
function hashText(view: DataView, start: number, length: number): number {
  const last = start + length - 1
  let hash = length
  if (length < 4) {
    hash ^= (view.getUint8(start) << 8) ^ (view.getUint8(last) << 16)
  } else {
    hash ^= Math.imul(view.getUint32(start), 0x85ebca6b)
    hash ^= Math.imul(view.getUint32(last - 3), 0xc2b2ae35)
    hash ^= view.getUint32(start + ((length - 4) >> 1))
  }
  return Math.imul(hash, 0x9e3779b1) >>> 22
}
