import type { Consume, Result } from '../consume.ts'

/** What we ask of a caller that came when we were full. */
const RETRY_AFTER_MS = 1000

/** The bytes of all requests that are being read or are in work. */
export interface InFlight {
  /**
   * `giveUp` is for a request that is still coming: it is called, once, where the request comes so
   * slowly that its room is given to others.
   */
  open(giveUp?: () => void): Hold
  readBytes(): number
  /** What a request is told for which there is no room. */
  describeRefusal(): Result
}

/** The part of one request in these bytes. */
export interface Hold {
  /** Whether it could grow so far now; nothing is held for that. */
  hasRoomFor(bytes: number): boolean
  /** Holds so many bytes from now on, more than before; `false`: there is no room for them. */
  growTo(bytes: number): boolean
  release(): void
}

/** What an upload has to bring, and in which time, to keep its room when others need it. */
const PROGRESS_BYTES = 64 * 1024
const PROGRESS_MS = 5000

interface Upload {
  readonly giveUp: () => void
  /** How much had come when, at the last progress. */
  bytes: number
  atMs: number
}

/**
 * One request alone always fits, however large it is. Only what has really come is counted, so an
 * announced length holds no room.
 */
export function createInFlight(maxBytes: number): InFlight {
  let total = 0
  const uploads = new Set<Upload>()
  const makeRoomFor = (asking: Upload | undefined): void => {
    const now = performance.now()
    for (const upload of uploads) {
      if (upload !== asking && now - upload.atMs > PROGRESS_MS) upload.giveUp()
    }
  }
  return {
    open: (giveUp) => {
      let held = 0
      const release = (): void => {
        total -= held
        held = 0
        if (upload !== undefined) uploads.delete(upload)
      }
      const upload = giveUp && {
        giveUp: () => {
          release()
          giveUp()
        },
        bytes: 0,
        atMs: performance.now(),
      }
      if (upload !== undefined) uploads.add(upload)
      const fits = (bytes: number): boolean => total === held || total - held + bytes <= maxBytes
      const hasRoomFor = (bytes: number): boolean => {
        if (!fits(bytes)) makeRoomFor(upload)
        return fits(bytes)
      }
      return {
        hasRoomFor,
        growTo: (bytes) => {
          if (!hasRoomFor(bytes)) return false
          total += bytes - held
          held = bytes
          if (upload !== undefined && bytes - upload.bytes >= PROGRESS_BYTES) {
            upload.bytes = bytes
            upload.atMs = performance.now()
          }
          return true
        },
        release,
      }
    },
    readBytes: () => total,
    describeRefusal: () => ({
      kind: 'retryable',
      message: `${total} bytes are in work; the limit is ${maxBytes}`,
      afterMs: RETRY_AFTER_MS,
      cause: 'no_room',
    }),
  }
}

/**
 * Bounds the bytes of all requests in work. What does not fit is refused at once as `retryable`, so
 * that memory stays flat while a destination hangs.
 */
export function limitInFlight(inFlight: InFlight, next: Consume): Consume {
  return async (request, signal) => {
    const hold = inFlight.open()
    if (!hold.growTo(request.body.length)) return inFlight.describeRefusal()
    try {
      return await next(request, signal)
    } finally {
      hold.release()
    }
  }
}
