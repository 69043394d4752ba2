import type { DatabaseSync } from 'node:sqlite'
import { createRecentTraces } from '../recent-traces.ts'
import { hashSpan, hashTrace } from '../trace-ids.ts'
import { findBlock, visitBlock, writeSegment, type Segment } from '../trace-segment.ts'
import { prepare, runTransaction } from './sqlite-statements.ts'

/**
 * Which entries a trace has. The newest are in memory (`recent-traces.ts`) and are read from the
 * entries again when the ledger is opened; the others are in segments (`trace-segment.ts`).
 *
 * What it names may be of another trace with the same hash, or dropped by now: who reads an entry by
 * its sequence compares the ids.
 */
export interface TraceIndex {
  /** Sequences, the newest first. */
  list(traceId: Uint8Array): number[]
  /** The sequences at which an entry of these ids may be. */
  find(traceId: Uint8Array, spanId: Uint8Array): number[]
  /** Within the transaction that writes the entry. */
  add(traceId: Uint8Array, spanId: Uint8Array, sequence: number): void
  /** Before a transaction of so many entries; it may be one of its own. Answers what `undo` takes. */
  begin(entries: number): number
  /** After a rollback. */
  undo(begun: number): void
  /** Forgets segments of which all entries were dropped, within the transaction that is open. */
  dropBefore(sequence: number): void
}

/** 61 bytes each (`recent-traces.ts`), 16 MB in all, of which is used what entries fill. */
const MAX_RECENT = 2 ** 18

const BLOCKS_PER_SEGMENT = 2 ** 20

const LIST_SEGMENTS = 'SELECT segment, filter, first_keys FROM trace_segments ORDER BY segment DESC'

const FIND_LAST = 'SELECT coalesce(max(last_sequence), 0) AS sequence FROM trace_segments'

const LIST_RECENT = `
  SELECT sequence, trace_id, span_id FROM entries WHERE sequence > ? ORDER BY sequence LIMIT 10000`

interface SegmentRow {
  readonly segment: bigint
  readonly filter: Uint8Array
  readonly first_keys: Uint8Array
}

interface EntryRow {
  readonly sequence: bigint
  readonly trace_id: Uint8Array
  readonly span_id: Uint8Array
}

type Visit = (sequence: number, span: number) => void

export function createTraceIndex(database: DatabaseSync): TraceIndex {
  const segments = createSegments(database)
  let recent = createRecentTraces(MAX_RECENT)
  /** The newest sequence that is in a segment or in memory. */
  let last = 0

  function makeRoom(entries: number): void {
    if (recent.size() + entries <= recent.capacity) return
    if (recent.size() > 0) segments.write(recent, last)
    recent = createRecentTraces(Math.max(MAX_RECENT, toPowerOfTwo(entries)))
  }

  function add(traceId: Uint8Array, spanId: Uint8Array, sequence: number): void {
    recent.add(hashTrace(traceId), hashSpan(spanId), sequence)
    last = sequence
  }

  function visit(trace: number, take: Visit): void {
    recent.visit(trace, take)
    segments.visit(trace, take)
  }

  /** A ledger that was imported has more of them than are kept in memory. */
  function readRecent(): void {
    last = Number(prepare<Pick<EntryRow, 'sequence'>>(database, FIND_LAST).get()!.sequence)
    const list = prepare<EntryRow>(database, LIST_RECENT)
    for (;;) {
      const rows = list.all(BigInt(last))
      for (const row of rows) {
        makeRoom(1)
        add(row.trace_id, row.span_id, Number(row.sequence))
      }
      if (rows.length === 0) return
    }
  }

  readRecent()

  return {
    add,
    list(traceId) {
      const sequences: number[] = []
      visit(hashTrace(traceId), (sequence) => sequences.push(sequence))
      return sequences
    },
    find(traceId, spanId) {
      const sequences: number[] = []
      const wanted = hashSpan(spanId)
      visit(hashTrace(traceId), (sequence, span) => {
        if (span === wanted) sequences.push(sequence)
      })
      return sequences
    },
    begin(entries) {
      makeRoom(entries)
      return recent.size()
    },
    undo: (begun) => recent.shrinkTo(begun),
    dropBefore: segments.dropBefore,
  }
}

function toPowerOfTwo(entries: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, entries)))
}

function createSegments(database: DatabaseSync) {
  const readBlock = prepare<{ readonly traces: Uint8Array }>(
    database,
    'SELECT traces FROM trace_blocks WHERE block = ?',
  )
  const insertSegment = prepare(database, 'INSERT INTO trace_segments VALUES (?, ?, ?, ?)')
  const insertBlock = prepare(database, 'INSERT INTO trace_blocks VALUES (?, ?)')
  const listBefore = prepare<Pick<SegmentRow, 'segment'>>(
    database,
    'SELECT segment FROM trace_segments WHERE last_sequence < ?',
  )
  const deleteSegment = prepare(database, 'DELETE FROM trace_segments WHERE segment = ?')
  const deleteBlocks = prepare(database, 'DELETE FROM trace_blocks WHERE block >= ? AND block < ?')
  /** The newest first. */
  let known = prepare<SegmentRow>(database, LIST_SEGMENTS)
    .all()
    .map((row) => ({ number: Number(row.segment), segment: decodeSegment(row) }))

  return {
    visit(trace: number, take: Visit): void {
      for (const { number, segment } of known) {
        const block = findBlock(segment, trace)
        if (block === undefined) continue
        const row = readBlock.get(BigInt(number * BLOCKS_PER_SEGMENT + block))
        if (row !== undefined) visitBlock(row.traces, trace, take)
      }
    },
    /** In a transaction of its own: what is recent is in the ledger before and after it. */
    write(recent: ReturnType<typeof createRecentTraces>, lastSequence: number): void {
      const number = (known[0]?.number ?? 0) + 1
      const { segment, blocks } = writeSegment(recent)
      runTransaction(database, () => {
        insertSegment.run(
          BigInt(number),
          BigInt(lastSequence),
          new Uint8Array(segment.filter.buffer),
          new Uint8Array(segment.firstTraces.buffer),
        )
        for (const [at, block] of blocks.entries()) {
          insertBlock.run(BigInt(number * BLOCKS_PER_SEGMENT + at), block)
        }
      })
      const kept = new Set(listBefore.all(BigInt(lastSequence) + 1n).map((row) => row.segment))
      known = [{ number, segment }, ...known].filter((each) => kept.has(BigInt(each.number)))
    },
    /** What it forgets is looked for in vain until the next segment is written. */
    dropBefore(sequence: number): void {
      for (const { segment } of listBefore.all(BigInt(sequence))) {
        const first = segment * BigInt(BLOCKS_PER_SEGMENT)
        deleteSegment.run(segment)
        deleteBlocks.run(first, first + BigInt(BLOCKS_PER_SEGMENT))
      }
    },
  }
}

/** A copy, which is aligned as its numbers have to be. */
function decodeSegment({ filter, first_keys: firsts }: SegmentRow): Segment {
  return {
    filter: new Uint32Array(filter.slice().buffer),
    firstTraces: new Float64Array(firsts.slice().buffer),
  }
}
