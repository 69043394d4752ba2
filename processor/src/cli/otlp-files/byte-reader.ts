import { createHash } from 'node:crypto'

/** Reads a stream piece by piece. Keeps what was read ahead and nothing else. */
export interface ByteReader {
  /** How many bytes were taken. */
  readonly offset: number
  /** The next bytes without taking them; fewer where the stream ends. */
  peek(count: number): Promise<Uint8Array>
  /** Takes so many bytes; fewer where the stream ends. Of a stream that broke, what came before. */
  take(count: number): Promise<Uint8Array>
  /** @throws what broke the stream, where that is why there is no more. */
  checkEnd(): void
  /** SHA-256 of all that was taken, in hex. */
  digest(): string
}

export function createByteReader(input: AsyncIterable<Uint8Array>): ByteReader {
  const chunks: AsyncIterator<Uint8Array, unknown> = input[Symbol.asyncIterator]()
  const hash = createHash('sha256')
  let ahead: Uint8Array = new Uint8Array()
  let offset = 0
  let failure: { readonly error: unknown } | undefined

  async function readChunk(): Promise<Uint8Array | undefined> {
    try {
      const next = await chunks.next()
      return next.done === true ? undefined : next.value
    } catch (error) {
      failure = { error }
      return undefined
    }
  }

  function checkEnd(): void {
    if (failure !== undefined) throw failure.error
  }

  async function fill(count: number): Promise<void> {
    const parts = [ahead]
    let { length } = ahead
    while (length < count && failure === undefined) {
      const chunk = await readChunk()
      if (chunk === undefined) break
      parts.push(chunk)
      length += chunk.length
    }
    if (parts.length > 1) ahead = Buffer.concat(parts)
    if (length === 0 && count > 0) checkEnd()
  }

  return {
    get offset() {
      return offset
    },
    async peek(count) {
      await fill(count)
      return ahead.subarray(0, count)
    },
    async take(count) {
      await fill(count)
      const taken = ahead.subarray(0, count)
      ahead = ahead.subarray(taken.length)
      offset += taken.length
      hash.update(taken)
      return taken
    },
    checkEnd,
    digest: () => hash.copy().digest('hex'),
  }
}

const NEWLINE = 0x0a
const FIRST_LOOK_BYTES = 65_536

/**
 * Takes a line and its end, and gives the line. `undefined`: the stream has ended. `too_long`: it has
 * more than `most` bytes and was passed over.
 */
export async function takeLine(
  reader: ByteReader,
  most: number,
): Promise<Uint8Array | 'too_long' | undefined> {
  let isTooLong = false
  for (let look = FIRST_LOOK_BYTES; ; look *= 2) {
    const bytes = await reader.peek(look)
    const found = bytes.indexOf(NEWLINE)
    if (found === -1 && bytes.length < look) reader.checkEnd()
    if (found !== -1 || bytes.length < look) {
      if (bytes.length === 0 && !isTooLong) return undefined
      const line = await reader.take(found === -1 ? bytes.length : found + 1)
      return isTooLong ? 'too_long' : line.subarray(0, found === -1 ? line.length : found)
    }
    if (bytes.length <= most) continue
    isTooLong = true
    await reader.take(bytes.length)
    look = FIRST_LOOK_BYTES / 2
  }
}
