import { readAnyValue } from './any-value.ts'
import { readText } from './read-text.ts'
import type { Attributes, AttributeValue, ScannedScope, ScannedSpan } from './scan.ts'
import { showNotes, type Board, type Notes } from './span-board.ts'
import type { Cursor } from './wire.ts'

/** A message inside a request: where its length prefix, its content and its end are. */
export interface Frame {
  readonly lengthAt: number
  readonly start: number
  readonly end: number
  readonly parent: Frame | undefined
}

/** What the marked spans of one request share. */
export interface Request {
  readonly cursor: Cursor
  readonly board: Board
}

/** Where the parts of a span lie; -1: it has no such part. */
export interface SpanPlaces {
  traceIdAt: number
  spanIdAt: number
  parentSpanIdAt: number
  startTimeAt: number
  endTimeAt: number
  nameAt: number
  nameEnd: number
  /** The end of the span's last attribute. */
  insertAt: number
  /** Attributes that a patch replaces, tags included; in order, and none behind `insertAt`. */
  cuts: [start: number, end: number][] | undefined
  /** The attributes that may be asked for. */
  readonly notes: Notes
}

export function createPlaces(): SpanPlaces {
  return {
    traceIdAt: -1,
    spanIdAt: -1,
    parentSpanIdAt: -1,
    startTimeAt: -1,
    endTimeAt: -1,
    nameAt: 0,
    nameEnd: 0,
    insertAt: -1,
    cuts: undefined,
    notes: [],
  }
}

/**
 * A marked span of a protobuf request. It knows where it stands and is read when it is asked, most
 * of it never. Nothing that can be asked for is malformed: the scan has walked it already.
 */
export class MarkedSpan implements ScannedSpan {
  readonly request: Request
  readonly frame: Frame
  readonly places: SpanPlaces
  readonly scope: ScannedScope
  readonly resource: Attributes

  constructor(
    request: Request,
    frame: Frame,
    places: SpanPlaces,
    scope: ScannedScope,
    resource: Attributes,
  ) {
    this.request = request
    this.frame = frame
    this.places = places
    this.scope = scope
    this.resource = resource
  }

  get traceId(): string {
    return readId(this.request.cursor.bytes, this.places.traceIdAt, 16)
  }

  get spanId(): string {
    return readId(this.request.cursor.bytes, this.places.spanIdAt, 8)
  }

  get parentSpanId(): string {
    return readId(this.request.cursor.bytes, this.places.parentSpanIdAt, 8)
  }

  get name(): string {
    const { nameAt, nameEnd } = this.places
    return readText(this.request.cursor, nameAt, nameEnd)
  }

  get startTimeUnixNano(): bigint {
    return readTime(this.request.cursor, this.places.startTimeAt)
  }

  get endTimeUnixNano(): bigint {
    return readTime(this.request.cursor, this.places.endTimeAt)
  }

  get attributes(): Attributes {
    return new SpanAttributes(this)
  }
}

class SpanAttributes implements Attributes {
  readonly span: MarkedSpan

  constructor(span: MarkedSpan) {
    this.span = span
  }

  get(key: string): AttributeValue | undefined {
    const { request, places } = this.span
    const { board, cursor } = request
    showNotes(board, places.notes)
    const index = board.table.indexes.get(key)
    if (index === undefined || board.notedIn[index] !== board.round) return undefined
    if (board.readIn[index] !== board.round) {
      const start = board.starts[index]!
      board.values[index] = readAnyValue(cursor, start, board.ends[index]!)
      board.readIn[index] = board.round
    }
    return board.values[index]
  }

  has(key: string): boolean {
    return this.get(key) !== undefined
  }
}

const ZEROS = '0'.repeat(32)

/** An id of zeros is none, as OTLP says. */
function readId(bytes: Buffer, at: number, length: number): string {
  if (at < 0) return ''
  const id = bytes.toString('hex', at, at + length)
  // Nearly all ids begin with another digit.
  return id.startsWith('0') && ZEROS.startsWith(id) ? '' : id
}

function readTime({ view }: Cursor, at: number): bigint {
  return at < 0 ? 0n : view.getBigUint64(at, true)
}
