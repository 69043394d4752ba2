import { varintSize, writeVarint } from './wire.ts'

/**
 * Bytes that are written from the end to the beginning. That is the easy way round for protobuf: the
 * length that stands in front of a message is known once the message is written.
 */
export interface BackWriter {
  bytes: Buffer
  view: DataView
  /** Where what is written begins; it ends where `bytes` end. */
  at: number
}

/** Memory of its own, not a slice of Buffer's pool, so that its owner can give it back. */
export function createBackWriter(size: number): BackWriter {
  const bytes = Buffer.allocUnsafeSlow(size)
  return { bytes, view: new DataView(bytes.buffer), at: size }
}

export function finishBackWriter({ bytes, at }: BackWriter): Uint8Array {
  return bytes.subarray(at)
}

/** How much is written. It stays what it is when memory is added, which `at` does not. */
export function writtenBytes({ bytes, at }: BackWriter): number {
  return bytes.length - at
}

/** Sees to it that so many bytes can be written. */
export function reserveBytes(writer: BackWriter, size: number): void {
  if (writer.at >= size) return
  const { bytes, at } = writer
  const larger = createBackWriter(2 * (bytes.length + size))
  writer.at = larger.at - (bytes.length - at)
  writer.bytes = larger.bytes
  writer.view = larger.view
  bytes.copy(writer.bytes, writer.at, at)
}

/** Native code copies fast and takes long to start. */
const SHORT_BYTES = 40

/** Writes the bytes of `source` from `start` to `end`; there must be room for them. */
export function writeBytesBefore(
  writer: BackWriter,
  source: Buffer,
  start: number,
  end: number,
): void {
  const at = writer.at - (end - start)
  if (end - start > SHORT_BYTES) source.copy(writer.bytes, at, start, end)
  else {
    const { bytes } = writer
    for (let from = start, to = at; from < end; from++, to++) bytes[to] = source[from]!
  }
  writer.at = at
}

/** Writes `value`, of up to 2^53 - 1, as a varint; there must be room for it. */
export function writeVarintBefore(writer: BackWriter, value: number): void {
  if (value < 0x80) {
    writer.bytes[--writer.at] = value
    return
  }
  writer.at -= varintSize(value)
  writeVarint(writer.bytes, writer.at, value)
}
