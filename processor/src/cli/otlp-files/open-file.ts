import { open } from 'node:fs/promises'
import { describeError } from '../../describe-error.ts'
import { createByteReader, type ByteReader } from './byte-reader.ts'
import { decompress } from './decompress.ts'

export interface OpenFile {
  readonly kind: 'file'
  /** Of its content, uncompressed. */
  readonly reader: ByteReader
  /** Of the file as it lies there. */
  readonly sizeBytes: number
  /** How much of that was read. */
  readBytes(): number
  close(): void
}

const CHUNK_BYTES = 1024 * 1024

export async function openFile(
  path: string,
): Promise<OpenFile | { readonly kind: 'failed'; readonly reason: string }> {
  try {
    const handle = await open(path)
    const { size: sizeBytes } = await handle.stat()
    const stream = handle.createReadStream({ highWaterMark: CHUNK_BYTES })
    return {
      kind: 'file',
      reader: createByteReader(decompress(stream)),
      sizeBytes,
      readBytes: () => stream.bytesRead,
      close: () => stream.destroy(),
    }
  } catch (error) {
    return { kind: 'failed', reason: describeError(error) }
  }
}
