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
    const { span, block, attributes } = ordered[index]!
    const { frame, places } = span
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

interface OrderedPatch extends SpanPatch {
  readonly span: MarkedSpan
}

/** In the order of their spans, in which they mostly come. */
function orderPatches(request: Request, patches: readonly SpanPatch[]): readonly OrderedPatch[] {
  let isOrdered = true
  let last = -1
  for (const { span } of patches) {
    if (!(span instanceof MarkedSpan) || span.request !== request) {
      throw new Error('a patch for a span of another request')
    }
    if (span.frame.start <= last) isOrdered = false
    last = span.frame.start
  }
  const ordered = patches as readonly OrderedPatch[]
  if (isOrdered) return ordered
  const sorted = ordered.toSorted((a, b) => a.span.frame.start - b.span.frame.start)
  for (const [index, { span }] of sorted.entries()) {
    if (sorted[index + 1]?.span === span) throw new Error(`span ${span.spanId} is patched twice`)
  }
  return sorted
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
  if (open.at(-1)?.frame === frame) return
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

function isInside(frame: Frame | undefined, outer: Frame): boolean {
  return frame !== undefined && (frame === outer || isInside(frame.parent, outer))
}
