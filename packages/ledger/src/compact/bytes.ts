import { Buffer } from 'node:buffer'
import { splitAtto, joinLimbs } from '../money-limbs.ts'

/**
 * Small values in few bytes. A value begins with a number whose two lowest bits say what it is: an
 * integer, a word (its number in a dictionary), a text of one byte a character, or something else.
 * Whole numbers are written seven bits a byte, the lowest first.
 */

const INTEGER = 0
const WORD = 1
const TEXT = 2
const OTHER = 3

const FALSE = 0
const TRUE = 1
const DOUBLE = 2
const WIDE_TEXT = 3

/** Of an amount, the two lowest bits of its first number. */
const NANO_ONLY = 0
const NANO_AND_ATTO = 1
const DIGITS = 2

const KINDS = 4
const LARGEST = Number.MAX_SAFE_INTEGER / KINDS
const ATTO_PER_NANO = 1_000_000_000

export type Scalar = string | number | boolean

export interface ByteWriter {
  length(): number
  /** A whole number from 0 to 2^53 - 1. */
  number(value: number): void
  /** `findWord`: the number of a text that has one; the others are written out. */
  value(value: Scalar, findWord: (text: string) => number | undefined): void
  /** In 1e-18 USD. */
  amount(atto: bigint): void
  /** 64 bits without a sign. */
  time(unixNano: bigint): void
  /** An even number of hex digits. */
  hex(digits: string): void
  /** A copy of what was written since the beginning, after which there is nothing. */
  take(): Uint8Array<ArrayBuffer>
}

export function createByteWriter(): ByteWriter {
  const { put, double, ...raw } = createRawWriter()
  const { number } = raw

  function writeText(text: string): void {
    if (isOneByte(text)) {
      number(text.length * KINDS + TEXT)
      put(text, 'latin1', text.length)
    } else {
      number(WIDE_TEXT * KINDS + OTHER)
      number(text.length)
      put(text, 'utf16le', text.length * 2)
    }
  }

  function writeAmount(nano: number, atto: number): void {
    number(nano * KINDS + (atto === 0 ? NANO_ONLY : NANO_AND_ATTO))
    if (atto !== 0) number(atto)
  }

  return {
    ...raw,
    value(value, findWord) {
      if (typeof value === 'string') {
        const word = findWord(value)
        if (word === undefined) writeText(value)
        else number(word * KINDS + WORD)
      } else if (typeof value === 'boolean') {
        number((value ? TRUE : FALSE) * KINDS + OTHER)
      } else if (Number.isInteger(value) && value >= 0 && value <= LARGEST) {
        number(value * KINDS + INTEGER)
      } else {
        number(DOUBLE * KINDS + OTHER)
        double(value)
      }
    },
    amount(amount) {
      const value = Number(amount)
      if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) {
        const atto = value % ATTO_PER_NANO
        writeAmount((value - atto) / ATTO_PER_NANO, atto)
        return
      }
      const { nano, atto } = splitAtto(amount)
      if (nano >= 0n && nano <= LARGEST) writeAmount(Number(nano), Number(atto))
      else {
        number(DIGITS)
        writeText(String(amount))
      }
    },
  }
}

interface RawWriter extends Omit<ByteWriter, 'value' | 'amount'> {
  /** A text that takes so many bytes. */
  put(text: string, encoding: 'latin1' | 'utf16le', bytes: number): void
  double(value: number): void
}

function createRawWriter(): RawWriter {
  let bytes = Buffer.allocUnsafeSlow(65_536)
  let at = 0

  function reserve(more: number): void {
    if (at + more <= bytes.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, at + more))
    bytes.copy(larger, 0, 0, at)
    bytes = larger
  }

  return {
    length: () => at,
    number(value) {
      reserve(8)
      let rest = value
      for (; rest > 0x7fff_ffff; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128
      for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128
      bytes[at++] = rest
    },
    put(text, encoding, length) {
      reserve(length)
      if (encoding === 'utf16le') bytes.write(text, at, encoding)
      // For texts of some ten characters, faster than crossing into native code.
      else
        for (let index = 0; index < length; index += 1) bytes[at + index] = text.charCodeAt(index)
      at += length
    },
    double(value) {
      reserve(8)
      at = bytes.writeDoubleLE(value, at)
    },
    time(unixNano) {
      reserve(8)
      at = bytes.writeBigUInt64LE(unixNano, at)
    },
    hex(digits) {
      reserve(digits.length / 2)
      at += bytes.write(digits, at, 'hex')
    },
    take() {
      const taken = new Uint8Array(at)
      taken.set(bytes.subarray(0, at))
      at = 0
      return taken
    },
  }
}

function isOneByte(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return false
  return true
}

export interface ByteReader {
  number(): number
  value(words: readonly string[]): Scalar
  amount(): bigint
  time(): bigint
  isAtEnd(): boolean
}

/** @throws RangeError where the bytes end too early, or name a word that is not there. */
export function createByteReader(given: Uint8Array): ByteReader {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  let at = 0

  function readNumber(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]
      if (byte === undefined) throw new RangeError('the details of an entry end too early')
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }

  function readText(encoding: 'latin1' | 'utf16le', length: number): string {
    const start = at
    at += length
    if (at > bytes.length) throw new RangeError('the details of an entry end too early')
    return bytes.toString(encoding, start, at)
  }

  function readOther(what: number): Scalar {
    if (what === WIDE_TEXT) return readText('utf16le', readNumber() * 2)
    if (what !== DOUBLE) return what === TRUE
    at += 8
    return bytes.readDoubleLE(at - 8)
  }

  function readValue(words: readonly string[]): Scalar {
    const head = readNumber()
    const rest = Math.floor(head / KINDS)
    const kind = head % KINDS
    if (kind === INTEGER) return rest
    if (kind === TEXT) return readText('latin1', rest)
    if (kind === OTHER) return readOther(rest)
    const word = words[rest]
    if (word === undefined) throw new RangeError(`the details of an entry name word ${rest}`)
    return word
  }

  return {
    number: readNumber,
    value: readValue,
    amount() {
      const head = readNumber()
      if (head % KINDS === DIGITS) return BigInt(readValue([]))
      const nano = BigInt(Math.floor(head / KINDS))
      return joinLimbs(nano, head % KINDS === NANO_ONLY ? 0n : BigInt(readNumber()))
    },
    time() {
      at += 8
      return bytes.readBigUInt64LE(at - 8)
    },
    isAtEnd: () => at >= bytes.length,
  }
}
