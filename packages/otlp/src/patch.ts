import {
  createBackWriter,
  finishBackWriter,
  reserveBytes,
  writeBytesBefore,
  writeVarintBefore,
  writtenBytes,
  type BackWriter,
} from './back-writer.ts'
import { writeAttributesBefore, writeBlockBefore } from './encode-attributes.ts'
import { MarkedSpan, type Frame, type Request } from './marked-span.ts'
import { findAttributes, RelativeSpan, type AttributePlaces } from './relative-span.ts'
import type { SpanPatch } from './scan.ts'

/** What the attributes for one span mostly take; more is found when it is needed. */
const BYTES_PER_PATCH = 512
/** A length prefix of a message, at its widest. */
const MAX_PREFIX_BYTES = 8

/** The output, written from behind: the body is copied down to `from`. */
interface Output {
  readonly body: Buffer
  readonly writer: BackWriter
  from: number
  /** The messages that `from` is in, innermost last. */
  readonly open: OpenFrame[]
}

interface OpenFrame {
  readonly frame: Frame
  /** How much was written when its end was reached. */
  readonly writtenBehind: number
}

/** See `Scan.patch`. */
export function patchProtobuf(request: Request, patches: readonly SpanPatch[]): Uint8Array {
  const body = request.cursor.bytes
  const writer = createBackWriter(body.length + patches.length * BYTES_PER_PATCH)
  const output: Output = { body, writer, from: body.length, open: [] }
  const ordered = orderPatches(request, patches)
  for (let index = ordered.length - 1; index >= 0; index--) {
    const { frame, places, patch } = ordered[index]!
    const { block, attributes } = patch
    leaveFrames(output, frame.parent)
    enterFrame(output, frame)
    copyDownTo(output, places.insertAt)
    writeAttributesBefore(writer, attributes)
    if (block !== undefined) writeBlockBefore(writer, block)
    for (const [start, end] of places.cuts?.toReversed() ?? []) {
      copyDownTo(output, end)
      output.from = start
    }
  }
  leaveFrames(output, undefined)
  copyDownTo(output, 0)
  return finishBackWriter(writer)
}

/** A patch, and where it goes. */
interface Located {
  readonly frame: Frame
  readonly places: AttributePlaces
  readonly patch: SpanPatch
}

/** In the order of their spans, in which they mostly come. */
function orderPatches(request: Request, patches: readonly SpanPatch[]): readonly Located[] {
  let isOrdered = true
  let last = -1
  const located = patches.map((patch) => {
    const found = locate(request, patch)
    if (found.frame.start <= last) isOrdered = false
    last = found.frame.start
    return found
  })
  if (isOrdered) return located
  const sorted = located.toSorted((a, b) => a.frame.start - b.frame.start)
  for (const [index, { frame, patch }] of sorted.entries()) {
    if (sorted[index + 1]?.frame.start === frame.start) {
      throw new Error(`span ${patch.span.spanId} is patched twice`)
    }
  }
  return sorted
}

function locate(request: Request, patch: SpanPatch): Located {
  const { span } = patch
  if (span instanceof MarkedSpan && span.request === request) {
    return { frame: span.frame, places: span.places, patch }
  }
  const place = RelativeSpan.placeOf(span)
  if (place?.kind === 'protobuf' && place.cursor === request.cursor) {
    const { frame } = place
    return { frame, places: findAttributes(request, frame), patch }
  }
  throw new Error('a patch for a span of another request')
}

/** Copies what stands between `start` and what was copied before. */
function copyDownTo(output: Output, start: number): void {
  const { writer, from } = output
  reserveBytes(writer, from - start + MAX_PREFIX_BYTES)
  writeBytesBefore(writer, output.body, start, from)
  output.from = start
}

/** Goes to the end of `frame`, and to that of those around it, unless it is in them. */
function enterFrame(output: Output, frame: Frame): void {
  const { open, writer } = output
  if (open.at(-1)?.frame.lengthAt === frame.lengthAt) return
  if (frame.parent !== undefined) enterFrame(output, frame.parent)
  copyDownTo(output, frame.end)
  open.push({ frame, writtenBehind: writtenBytes(writer) })
}

/** Goes to the beginnings of messages and writes their lengths, until `frame` or one around it. */
function leaveFrames(output: Output, frame: Frame | undefined): void {
  const { open, writer } = output
  for (;;) {
    const last = open.at(-1)
    if (last === undefined || isInside(frame, last.frame)) return
    copyDownTo(output, last.frame.start)
    writeVarintBefore(writer, writtenBytes(writer) - last.writtenBehind)
    output.from = last.frame.lengthAt
    open.pop()
  }
}

/** A frame is known by its place: the same message may have been found twice. */
function isInside(frame: Frame | undefined, outer: Frame): boolean {
  if (frame === undefined) return false
  return frame.lengthAt === outer.lengthAt || isInside(frame.parent, outer)
}
