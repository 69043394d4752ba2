import { createByteReader, createByteWriter, type ByteWriter } from './compact/bytes.ts'
import type { RecentTraces } from './recent-traces.ts'

/**
 * A segment of the index of traces: the entries that many traces have, written once. Its traces are
 * sorted by their hashes and cut into blocks; a filter says of most others that they are not in it.
 */
export interface Segment {
  /** Bits: see `mayHave`. */
  readonly filter: Uint32Array<ArrayBuffer>
  /** The first hash of each block. */
  readonly firstTraces: Float64Array<ArrayBuffer>
}

const BITS_PER_TRACE = 12
const PROBES = 5
const TRACES_PER_BLOCK = 64
const WORD_BITS = 32

export function writeSegment(recent: RecentTraces): {
  readonly segment: Segment
  readonly blocks: readonly Uint8Array[]
} {
  const traces = recent.listTraces()
  const filter = new Uint32Array(Math.ceil((traces.length * BITS_PER_TRACE) / WORD_BITS) + 1)
  const firstTraces = new Float64Array(Math.ceil(traces.length / TRACES_PER_BLOCK))
  const blocks: Uint8Array[] = []
  const writer = createByteWriter()
  for (let start = 0; start < traces.length; start += TRACES_PER_BLOCK) {
    const block = traces.subarray(start, start + TRACES_PER_BLOCK)
    for (const trace of block) addToFilter(filter, trace)
    firstTraces[blocks.length] = block[0]!
    writeBlock(writer, block, recent)
    blocks.push(writer.take())
  }
  return { segment: { filter, firstTraces }, blocks }
}

/** Each trace: its hash, how many entries, and for each of them its sequence and its span's hash. */
function writeBlock(writer: ByteWriter, traces: Float64Array, recent: RecentTraces): void {
  let lastTrace = 0
  for (const trace of traces) {
    const entries: (readonly [sequence: number, span: number])[] = []
    recent.visit(trace, (sequence, span) => entries.push([sequence, span]))
    writer.number(trace - lastTrace)
    writer.number(entries.length)
    let last = entries[0]![0]
    writer.number(last)
    for (const [sequence, span] of entries) {
      writer.number(last - sequence)
      writer.number(span)
      last = sequence
    }
    lastTrace = trace
  }
}

/** Names the entries that a trace has in a block, the newest first. */
export function visitBlock(
  block: Uint8Array,
  trace: number,
  take: (sequence: number, span: number) => void,
): void {
  const reader = createByteReader(block)
  for (let at = 0, found = 0; at < TRACES_PER_BLOCK && found < trace; at += 1) {
    found += reader.number()
    const entries = reader.number()
    let sequence = reader.number()
    for (let entry = 0; entry < entries; entry += 1) {
      sequence -= reader.number()
      const span = reader.number()
      if (found === trace) take(sequence, span)
    }
    if (reader.isAtEnd()) return
  }
}

/** The block that a trace is in if it is in the segment; `undefined`: it is not. */
export function findBlock({ filter, firstTraces }: Segment, trace: number): number | undefined {
  if (!mayHave(filter, trace)) return undefined
  let [low, high] = [0, firstTraces.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (firstTraces[middle]! <= trace) low = middle + 1
    else high = middle
  }
  return low === 0 ? undefined : low - 1
}

/** False: certainly not. About one in a hundred of those that are not there are not told. */
function mayHave(filter: Uint32Array, trace: number): boolean {
  const bits = filter.length * WORD_BITS
  const step = 1 + (Math.floor(trace / 2 ** 22) % (bits - 1))
  let bit = trace % bits
  for (let probe = 0; probe < PROBES; probe += 1) {
    if ((filter[bit >>> 5]! & (1 << (bit & 31))) === 0) return false
    bit = (bit + step) % bits
  }
  return true
}

function addToFilter(filter: Uint32Array, trace: number): void {
  const bits = filter.length * WORD_BITS
  const step = 1 + (Math.floor(trace / 2 ** 22) % (bits - 1))
  let bit = trace % bits
  for (let probe = 0; probe < PROBES; probe += 1) {
    filter[bit >>> 5]! |= 1 << (bit & 31)
    bit = (bit + step) % bits
  }
}
