/** One buffer that the chunks of a body are gathered in, as they come. */
export interface BodyBuffer {
  /** Takes the chunk over: who called must not look at it again. */
  add(chunk: Buffer): void
  /** What has come, in memory of its own. */
  finish(): Buffer
}

/** An announced length gets no more than this before something of it has come. */
const MAX_FIRST_BYTES = 1024 * 1024

/** Smaller chunks are not worth the call. */
const MIN_FREED_BYTES = 8192

/**
 * Each chunk is copied and its memory given back at once. Left to the garbage collector, the 64 KiB
 * that Node reads at a time are what makes it run: it is a third of a busy receiver's time.
 */
export function createBodyBuffer(announcedBytes: number): BodyBuffer {
  let buffer: Buffer = EMPTY
  let length = 0
  return {
    add: (chunk) => {
      const end = length + chunk.length
      if (end > buffer.length) buffer = grow(buffer, length, end, announcedBytes)
      chunk.copy(buffer, length)
      length = end
      free(chunk)
    },
    finish: () => buffer.subarray(0, length),
  }
}

const EMPTY = Buffer.alloc(0)

function grow(old: Buffer, length: number, needed: number, announcedBytes: number): Buffer {
  const wanted = Math.max(2 * length, Math.min(announcedBytes, MAX_FIRST_BYTES))
  const larger = Buffer.allocUnsafeSlow(Math.max(needed, wanted))
  old.copy(larger, 0, 0, length)
  return larger
}

/** Only memory that the chunk has for itself: small ones lie in a pool with others. */
function free(chunk: Buffer): void {
  const { buffer, byteOffset, length } = chunk
  const isAlone = byteOffset === 0 && buffer.byteLength === length && length >= MIN_FREED_BYTES
  if (isAlone && buffer instanceof ArrayBuffer) buffer.transfer(0)
}
