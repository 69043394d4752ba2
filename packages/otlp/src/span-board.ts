import type { KeyTable } from './key-table.ts'
import type { AttributeValue } from './scan.ts'

/**
 * Where the attributes of one span lie: for each, the index of its key, and the start and the end of
 * its value. Three numbers, one behind the other, make a list that is quick to write.
 */
export type Notes = number[]

/**
 * The notes of the span that is asked for at the moment, spread out by the index of the key. There
 * is one board for all scans with the same keys: whoever recognizes a span asks it for a hundred
 * keys, one after the other, and then the next span.
 */
export interface Board {
  readonly table: KeyTable
  shown: Notes | undefined
  /** Goes up with each span shown; what stands there from earlier rounds does not count. */
  round: number
  /** For each key: the last round in which it was there, and in which its value was read. */
  readonly notedIn: Float64Array
  readonly readIn: Float64Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly values: (AttributeValue | undefined)[]
}

export function createBoard(table: KeyTable): Board {
  const { length } = table.keys
  return {
    table,
    shown: undefined,
    round: 0,
    notedIn: new Float64Array(length),
    readIn: new Float64Array(length),
    starts: new Int32Array(length),
    ends: new Int32Array(length),
    values: Array.from({ length }, () => undefined),
  }
}

/** Puts the notes of a span on the board, unless they are there. */
export function showNotes(board: Board, notes: Notes): void {
  if (board.shown === notes) return
  board.shown = notes
  board.round++
  const { table, round, notedIn, starts, ends } = board
  for (let at = 0; at < notes.length; at += 3) {
    const index = notes[at]!
    // The first of several attributes of one key counts; what we write ourselves is not read.
    if (notedIn[index] === round || table.isOwn[index] === 1) continue
    notedIn[index] = round
    starts[index] = notes[at + 1]!
    ends[index] = notes[at + 2]!
  }
}
