import { Readable } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { createByteReader, type ByteReader } from './byte-reader.ts'

/** What a stream holds, told by how it begins: gzip, Zstandard, or itself. */
export async function* decompress(
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const reader = createByteReader(input)
  const start = Buffer.from(await reader.peek(4))
  if (start.length >= 2 && start.readUInt16BE() === 0x1f8b) {
    yield* pipe(readAll(reader), createGunzip())
  } else if (isZstd(start)) {
    // Node decompresses the first frame and forgets the rest; the Collector writes one every second.
    while ((await reader.peek(1)).length > 0) yield* decompressFrame(reader)
  } else {
    yield* readAll(reader)
  }
}

export function isZstd(start: Uint8Array): boolean {
  return start.length >= 4 && Buffer.from(start).readUInt32LE() === ZSTD_MAGIC
}

const CHUNK_BYTES = 65_536

async function* readAll(reader: ByteReader): AsyncGenerator<Uint8Array, void> {
  for (;;) {
    const bytes = await reader.take(CHUNK_BYTES)
    if (bytes.length === 0) return
    yield bytes
  }
}

async function* pipe(
  input: AsyncIterable<Uint8Array>,
  transform: ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>,
): AsyncGenerator<Uint8Array, void> {
  const source = Readable.from(input, { objectMode: true })
  source.on('error', (error) => transform.destroy(error))
  yield* source.pipe(transform) as AsyncIterable<Uint8Array>
}

/** RFC 8878: magic numbers, and how the parts of a frame say how long they are. */
const ZSTD_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const DICTIONARY_ID_BYTES = [0, 1, 2, 4] as const
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const

async function* decompressFrame(reader: ByteReader): AsyncGenerator<Uint8Array, void> {
  const magic = Buffer.from(await reader.peek(8))
  if (magic.length === 8 && (magic.readUInt32LE() & 0xfffffff0) === SKIPPABLE_MAGIC) {
    await takeExactly(reader, 8)
    await takeExactly(reader, magic.readUInt32LE(4))
    return
  }
  if (!isZstd(magic)) throw new Error('not Zstandard after the end of a frame')
  yield* pipe(readFrame(reader), createZstdDecompress())
}

async function* readFrame(reader: ByteReader): AsyncGenerator<Uint8Array, void> {
  const descriptor = (await reader.peek(5))[4] ?? 0
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const sizeBytes = sizeFlag === 0 && isSingleSegment ? 1 : CONTENT_SIZE_BYTES[sizeFlag]!
  const windowBytes = isSingleSegment ? 0 : 1
  yield takeExactly(reader, 5 + windowBytes + DICTIONARY_ID_BYTES[descriptor & 3]! + sizeBytes)
  for (let isLast = false; !isLast;) {
    const header = await takeExactly(reader, 3)
    const word = Buffer.from(header).readUIntLE(0, 3)
    isLast = (word & 1) === 1
    const isRepeatedByte = ((word >> 1) & 3) === 1
    yield header
    yield takeExactly(reader, isRepeatedByte ? 1 : word >> 3)
  }
  if ((descriptor & 0x04) !== 0) yield takeExactly(reader, 4)
}

async function takeExactly(reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = await reader.take(count)
  if (bytes.length < count) reader.checkEnd()
  if (bytes.length < count) throw new Error('it ends within a Zstandard frame')
  return bytes
}
