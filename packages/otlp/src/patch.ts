import { startAttributes, writeAttribute } from './encode-attributes.ts'
import type { ScannedSpan, SpanPatch } from './scan.ts'
import { varintSize, writeVarint } from './wire.ts'

/** A message inside a request: where its length prefix, its content and its end are. */
export interface Frame {
  readonly lengthAt: number
  readonly start: number
  readonly end: number
  readonly parent: Frame | undefined
}

export interface SpanPlace {
  readonly frame: Frame
  /** The end of the span's last attribute. */
  readonly insertAt: number
  /** Attributes that a patch replaces, tags included; in order, and none behind `insertAt`. */
  readonly cuts: readonly (readonly [start: number, end: number])[]
}

/** A frame that a patch makes longer: that of a patched span, or one above it. */
interface Growing {
  readonly frame: Frame
  readonly parent: Growing | undefined
  /** By how much its content grows; below 0 where more is cut than added. */
  growth: number
  /** Of a patched span: its place, and where the bytes for it end. */
  readonly place: SpanPlace | undefined
  readonly addedEnd: number
}

/** See `Scan.patch`. `places` are those of `spans`, by index. */
export function patchProtobuf(
  body: Buffer,
  spans: readonly ScannedSpan[],
  places: readonly SpanPlace[],
  patches: readonly SpanPatch[],
): Uint8Array {
  // All additions are encoded before anything is copied: the size of the output must be known.
  const added = startAttributes()
  const growing: Growing[] = []
  let scope: Growing | undefined
  for (const [index, patch] of sortPatches(spans, patches).entries()) {
    if (patch === undefined) continue
    const place = places[index]!
    const addedFrom = added.at
    for (const attribute of patch.attributes) writeAttribute(added, attribute)
    let growth = added.at - addedFrom
    for (const [start, end] of place.cuts) growth -= end - start
    scope = openFrame(growing, place.frame.parent!, scope)
    growing.push({ frame: place.frame, parent: scope, growth, place, addedEnd: added.at })
  }
  return writePatched(body, growing, sumGrowth(growing), added.bytes)
}

/** The patch of each of `spans`, by index. */
export function sortPatches(
  spans: readonly ScannedSpan[],
  patches: readonly SpanPatch[],
): readonly (SpanPatch | undefined)[] {
  const sorted = Array.from<SpanPatch | undefined>({ length: spans.length })
  let indexes: Map<ScannedSpan, number> | undefined
  let next = 0
  for (const patch of patches) {
    let index: number | undefined = next
    // Patches mostly come in the order of their spans.
    if (spans[next] !== patch.span) {
      indexes ??= new Map(spans.map((span, at) => [span, at]))
      index = indexes.get(patch.span)
      if (index === undefined) throw new Error('a patch for a span of another request')
    }
    if (sorted[index] !== undefined) throw new Error(`span ${patch.span.spanId} is patched twice`)
    sorted[index] = patch
    next = index + 1
  }
  return sorted
}

/** Adds `frame` and what is above it behind `growing`, unless they are there: `last`, if any, is. */
function openFrame(growing: Growing[], frame: Frame, last: Growing | undefined): Growing {
  if (last?.frame === frame) return last
  const parent = frame.parent && openFrame(growing, frame.parent, last?.parent)
  const opened = { frame, parent, growth: 0, place: undefined, addedEnd: 0 }
  growing.push(opened)
  return opened
}

/** Adds each growth to those above, prefixes that become wider included; returns the whole. */
function sumGrowth(growing: readonly Growing[]): number {
  let whole = 0
  // Parents stand before their children.
  for (let index = growing.length - 1; index >= 0; index--) {
    const { frame, parent, growth } = growing[index]!
    const prefix = frame.start - frame.lengthAt
    const total = growth + varintSize(frame.end - frame.start + growth) - prefix
    if (parent === undefined) whole += total
    else parent.growth += total
  }
  return whole
}

/** One pass over the body: frames stand in the order of its bytes. */
function writePatched(
  body: Buffer,
  growing: readonly Growing[],
  growth: number,
  added: Buffer,
): Uint8Array {
  // Memory of its own, not a slice of Buffer's pool, so that its owner can give it back.
  const out = Buffer.allocUnsafeSlow(body.length + growth)
  let to = 0
  let from = 0
  let addedFrom = 0
  for (const { frame, place, addedEnd, growth: bytes } of growing) {
    to += body.copy(out, to, from, frame.lengthAt)
    to = writeVarint(out, to, frame.end - frame.start + bytes)
    from = frame.start
    if (place === undefined) continue
    for (const [start, end] of place.cuts) {
      to += body.copy(out, to, from, start)
      from = end
    }
    to += body.copy(out, to, from, place.insertAt)
    from = place.insertAt
    to += added.copy(out, to, addedFrom, addedEnd)
    addedFrom = addedEnd
  }
  body.copy(out, to, from)
  return out
}
