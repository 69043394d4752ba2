import { visitKeyValue } from './key-value.ts'
import type { Frame, Request } from './marked-span.ts'
import type { ScannedRelative } from './scan.ts'
import { LENGTH, readLength, readTag, skipValue, type Cursor } from './wire.ts'

const SPAN_ATTRIBUTES = (9 << 3) | LENGTH

/** Where a span of a protobuf request lies, or which one it is in a JSON request, and what it says. */
export type RelativePlace =
  | { readonly kind: 'protobuf'; readonly cursor: Cursor; readonly frame: Frame }
  | {
      readonly kind: 'json'
      readonly root: unknown
      readonly number: number
      readonly json: object
    }

/** A span that was listed for its place in the trace. Where it lies is for a patch alone to know. */
export class RelativeSpan implements ScannedRelative {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly startTimeUnixNano: bigint
  readonly endTimeUnixNano: bigint
  readonly service: string
  readonly #place: RelativePlace

  constructor(told: ScannedRelative, place: RelativePlace) {
    this.traceId = told.traceId
    this.spanId = told.spanId
    this.parentSpanId = told.parentSpanId
    this.name = told.name
    this.startTimeUnixNano = told.startTimeUnixNano
    this.endTimeUnixNano = told.endTimeUnixNano
    this.service = told.service
    this.#place = place
  }

  static placeOf(span: object): RelativePlace | undefined {
    return #place in span ? span.#place : undefined
  }
}

/** What a patch must know of a span's attributes; as in `SpanPlaces`. */
export interface AttributePlaces {
  readonly insertAt: number
  readonly cuts: readonly (readonly [start: number, end: number])[] | undefined
}

/** Walks a span that has no mark, which the scan has only glanced at. It may have no attributes. */
export function findAttributes({ cursor, board }: Request, { start, end }: Frame): AttributePlaces {
  const cuts: [start: number, end: number][] = []
  let insertAt = end
  cursor.at = start
  while (cursor.at < end) {
    const fieldAt = cursor.at
    const tag = readTag(cursor, end)
    if ((tag & 7) !== LENGTH) {
      skipValue(cursor, tag & 7, end)
      continue
    }
    const contentEnd = readLength(cursor, end)
    if (tag === SPAN_ATTRIBUTES) {
      insertAt = contentEnd
      const index = visitKeyValue(board.table, cursor, cursor.at, contentEnd)
      if (index >= 0 && board.table.isOwn[index] === 1) cuts.push([fieldAt, contentEnd])
    }
    cursor.at = contentEnd
  }
  return { insertAt, cuts }
}
