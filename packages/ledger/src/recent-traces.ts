/**
 * Which entries the traces of the newest entries have, in memory: by a hash of the trace id, the
 * sequences of its entries with a hash of their span ids. Two traces of one hash are in one list, so
 * whoever reads the entries compares their ids.
 */
export interface RecentTraces {
  /** How many entries it can have. */
  readonly capacity: number
  size(): number
  /** Sequences rise. */
  add(trace: number, span: number, sequence: number): void
  /** Names the entries of a trace, the newest first. */
  visit(trace: number, take: (sequence: number, span: number) => void): void
  /** Forgets what was added beyond a size, the newest first. */
  shrinkTo(size: number): void
  /** All hashes of traces, the smallest first. */
  listTraces(): Float64Array
}

/** Bytes for each entry of the capacity: 2 slots of 12, and 20. */
const SLOTS_PER_ENTRY = 2

/** The capacity is a power of two. */
export function createRecentTraces(capacity: number): RecentTraces {
  const slots = capacity * SLOTS_PER_ENTRY
  const traces = new Float64Array(slots)
  /** The newest entry of each slot, counted from 1; 0: none, though there may have been. */
  const heads = new Int32Array(slots)
  const sequences = new Float64Array(capacity)
  const spans = new Uint32Array(capacity)
  const slotOf = new Int32Array(capacity)
  /** The entry of the same trace before, counted from 1; 0: none. */
  const before = new Int32Array(capacity)
  let size = 0

  /** The slot of a trace, or the free one where it would be. */
  function findSlot(trace: number): number {
    let slot = trace % slots
    while (traces[slot] !== 0 && traces[slot] !== trace) slot = slot + 1 === slots ? 0 : slot + 1
    return slot
  }

  return {
    capacity,
    size: () => size,
    add(trace, span, sequence) {
      const slot = findSlot(trace)
      traces[slot] = trace
      sequences[size] = sequence
      spans[size] = span
      slotOf[size] = slot
      before[size] = heads[slot]!
      size += 1
      heads[slot] = size
    },
    visit(trace, take) {
      for (let entry = heads[findSlot(trace)]!; entry !== 0; entry = before[entry - 1]!) {
        take(sequences[entry - 1]!, spans[entry - 1]!)
      }
    },
    shrinkTo(smaller) {
      while (size > smaller) {
        size -= 1
        const slot = slotOf[size]!
        heads[slot] = before[size]!
        // It was the last one to be taken, so that nothing lies behind it that it could hide.
        if (heads[slot] === 0) traces[slot] = 0
      }
    },
    listTraces: () => traces.filter((trace) => trace !== 0).sort(),
  }
}
