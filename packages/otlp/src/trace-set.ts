/**
 * Trace ids that were seen, as many as there is room for, to be asked by the bytes of a request: no
 * text is made and nothing allocated. An id has a bucket, by its hash; within a bucket the id that
 * was not added for longest gives way. So time and memory have a bound whatever ids are sent.
 */
export interface TraceSet {
  /** True until the first id is added. */
  isEmpty(): boolean
  /** Adds an id of 32 hex digits, or makes it the newest of its bucket. */
  add(traceId: string): void
  remove(traceId: string): void
  has(traceId: string): boolean
  /** Whether the 16 bytes at `at` are an id of the set. */
  hasAt(view: DataView, at: number): boolean
}

/** Two lines of a processor's cache, which it mostly fetches together. */
const IDS_PER_BUCKET = 8
const WORDS_PER_ID = 4
const WORDS_PER_BUCKET = IDS_PER_BUCKET * WORDS_PER_ID

/** 32 bits of the 16 bytes at `at`, all of them well mixed. */
export function hashTraceId(view: DataView, at: number): number {
  const left = Math.imul(view.getInt32(at) ^ view.getInt32(at + 8), 0x9e3779b1)
  const right = Math.imul(view.getInt32(at + 4) ^ view.getInt32(at + 12), 0x85ebca6b)
  const hash = Math.imul(left ^ right ^ (left >>> 15), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** @param buckets a power of two; the set takes 128 bytes for each. */
export function createTraceSet(buckets: number): TraceSet {
  const words = new Int32Array(buckets * WORDS_PER_BUCKET)
  // Free places are full of zeros, which are no id.
  let isEmpty = true

  /** Where the id stands in `words`; -1 where it does not. */
  function find(bucket: number, view: DataView, at: number): number {
    const first = view.getInt32(at)
    for (let place = bucket; place < bucket + WORDS_PER_BUCKET; place += WORDS_PER_ID) {
      if (
        words[place] === first &&
        words[place + 1] === view.getInt32(at + 4) &&
        words[place + 2] === view.getInt32(at + 8) &&
        words[place + 3] === view.getInt32(at + 12)
      ) {
        return place
      }
    }
    return -1
  }

  function bucketOf(view: DataView, at: number): number {
    return (hashTraceId(view, at) & (buckets - 1)) * WORDS_PER_BUCKET
  }

  const given = Buffer.alloc(16)
  const givenView = new DataView(given.buffer, given.byteOffset, given.length)

  return {
    isEmpty: () => isEmpty,
    add(traceId) {
      isEmpty = false
      given.write(traceId, 'hex')
      const bucket = bucketOf(givenView, 0)
      const place = find(bucket, givenView, 0)
      const last = bucket + WORDS_PER_BUCKET - WORDS_PER_ID
      // The newest stands first; those before its old place, or the oldest's, move on by one.
      words.copyWithin(bucket + WORDS_PER_ID, bucket, place === -1 ? last : place)
      for (let word = 0; word < WORDS_PER_ID; word++) {
        words[bucket + word] = givenView.getInt32(word * 4)
      }
    },
    remove(traceId) {
      given.write(traceId, 'hex')
      const place = find(bucketOf(givenView, 0), givenView, 0)
      if (place !== -1) words.fill(0, place, place + WORDS_PER_ID)
    },
    has(traceId) {
      given.write(traceId, 'hex')
      return find(bucketOf(givenView, 0), givenView, 0) !== -1
    },
    hasAt: (view, at) => find(bucketOf(view, at), view, at) !== -1,
  }
}
