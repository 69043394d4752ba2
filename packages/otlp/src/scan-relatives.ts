import { cutText, readText } from './read-text.ts'
import { RelativeSpan } from './relative-span.ts'
import type { Frame } from './marked-span.ts'
import type { Encoding, ScannedRelative, WantedTraces } from './scan.ts'
import {
  createCursor,
  findField,
  FIXED64,
  LENGTH,
  MalformedError,
  readLength,
  readTag,
  skipValue,
  type Cursor,
} from './wire.ts'

/** Asked once for each span of a wanted trace that has both ids. */
export type IsWanted = (traceId: string, spanId: string) => boolean

/** Which spans of a request are listed. */
interface Wish {
  readonly traces: WantedTraces
  /** Those that are left out: where their content begins, in JSON their numbers. */
  readonly except?: ReadonlySet<number>
  readonly isWanted?: IsWanted
}

/**
 * As `Scan.relatives`, of a request that was scanned some time ago. A patch takes what the scan itself
 * lists, not these.
 */
export function scanRelatives(
  body: Uint8Array,
  encoding: Encoding,
  isWanted: IsWanted,
  traces: WantedTraces,
): readonly ScannedRelative[] {
  const wish = { traces, isWanted }
  if (encoding === 'protobuf') return listProtobufRelatives(createCursor(body), wish)
  let root: unknown
  try {
    root = JSON.parse(new TextDecoder().decode(body))
  } catch {
    return []
  }
  return listJsonRelatives(root, wish)
}

type List = (found: ScannedRelative[]) => void

/** Where the scan itself has not looked, a request may be malformed: there the list ends. */
function collect(list: List): readonly ScannedRelative[] {
  const found: ScannedRelative[] = []
  try {
    list(found)
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
  }
  return found
}

// Tags of opentelemetry-proto 1.11, as in `protobuf.ts`.
const RESOURCE_SPANS = (1 << 3) | LENGTH
const RESOURCE = (1 << 3) | LENGTH
const SCOPE_SPANS = (2 << 3) | LENGTH
const SPANS = (2 << 3) | LENGTH
const ATTRIBUTES = (1 << 3) | LENGTH
const KEY = (1 << 3) | LENGTH
const VALUE = (2 << 3) | LENGTH
const STRING_VALUE = (1 << 3) | LENGTH
const TRACE_ID = (1 << 3) | LENGTH
const SPAN_ID = (2 << 3) | LENGTH
const PARENT_SPAN_ID = (4 << 3) | LENGTH
const NAME = (5 << 3) | LENGTH
const START = (7 << 3) | FIXED64
const END = (8 << 3) | FIXED64

const SERVICE_NAME = 'service.name'

/**
 * Of most spans of other traces only the trace id is looked at: this is done for every request, and
 * nearly no span is of a trace that anyone looks for.
 */
export function listProtobufRelatives(cursor: Cursor, wish: Wish): readonly ScannedRelative[] {
  const { traces, except } = wish
  return collect((found) => {
    forEach(cursor, RESOURCE_SPANS, 0, cursor.bytes.length, (start, end, lengthAt) => {
      const resourceSpans: Frame = { lengthAt, start, end, parent: undefined }
      let service: string | undefined
      const findService = (): string => (service ??= readService(cursor, start, end))
      forEach(cursor, SCOPE_SPANS, start, end, (scopeStart, scopeEnd, scopeLengthAt) => {
        const parent: Frame = {
          lengthAt: scopeLengthAt,
          start: scopeStart,
          end: scopeEnd,
          parent: resourceSpans,
        }
        forEach(cursor, SPANS, scopeStart, scopeEnd, (spanStart, spanEnd, spanLengthAt) => {
          if (isOfOther(cursor, traces, spanStart, spanEnd) || except?.has(spanStart)) return
          const span = readSpan(cursor, spanStart, spanEnd, wish)
          if (span === undefined) return
          const frame = { lengthAt: spanLengthAt, start: spanStart, end: spanEnd, parent }
          const place = { kind: 'protobuf', cursor, frame } as const
          found.push(new RelativeSpan({ ...span, service: findService() }, place))
        })
      })
    })
  })
}

/**
 * Whether a span begins with the ids, as encoders write them, and its trace is none of `traces`.
 * False where it begins in another way: then the walk decides.
 */
function isOfOther(
  { bytes, view }: Cursor,
  traces: WantedTraces,
  start: number,
  end: number,
): boolean {
  const isUsual =
    end - start >= 20 &&
    bytes[start] === TRACE_ID &&
    bytes[start + 1] === 16 &&
    bytes[start + 18] === SPAN_ID
  return isUsual && !traces.hasAt(view, start + 2)
}

/** Calls `visit` for each occurrence of one length-delimited field. */
function forEach(
  cursor: Cursor,
  wanted: number,
  start: number,
  end: number,
  visit: (start: number, end: number, lengthAt: number) => void,
): void {
  cursor.at = start
  while (findField(cursor, wanted, end)) {
    const { at, contentEnd, lengthAt } = cursor
    visit(at, contentEnd, lengthAt)
    cursor.at = contentEnd
  }
}

function readService(cursor: Cursor, start: number, end: number): string {
  let service = ''
  forEach(cursor, RESOURCE, start, end, (resourceStart, resourceEnd) => {
    forEach(cursor, ATTRIBUTES, resourceStart, resourceEnd, (at, attributeEnd) => {
      let key = ''
      let value = ''
      forEach(cursor, KEY, at, attributeEnd, (keyStart, keyEnd) => {
        key = readText(cursor, keyStart, keyEnd)
      })
      if (key !== SERVICE_NAME) return
      forEach(cursor, VALUE, at, attributeEnd, (valueStart, valueEnd) => {
        forEach(cursor, STRING_VALUE, valueStart, valueEnd, (textStart, textEnd) => {
          value = readText(cursor, textStart, textEnd)
        })
      })
      if (service === '') service = value
    })
  })
  return service
}

function readSpan(
  cursor: Cursor,
  start: number,
  end: number,
  { traces, isWanted }: Wish,
): Omit<ScannedRelative, 'service'> | undefined {
  let [traceAt, spanAt, parentAt, nameAt, nameEnd, startAt, endAt] = [-1, -1, -1, 0, 0, -1, -1]
  cursor.at = start
  while (cursor.at < end) {
    const tag = readTag(cursor, end)
    if ((tag & 7) !== LENGTH) {
      if (tag === START) startAt = cursor.at
      else if (tag === END) endAt = cursor.at
      skipValue(cursor, tag & 7, end)
      continue
    }
    const contentEnd = readLength(cursor, end)
    const { at } = cursor
    const length = contentEnd - at
    if (tag === TRACE_ID) traceAt = length === 16 ? at : -1
    else if (tag === SPAN_ID) spanAt = length === 8 ? at : -1
    else if (tag === PARENT_SPAN_ID) parentAt = length === 8 ? at : -1
    else if (tag === NAME) [nameAt, nameEnd] = [at, contentEnd]
    cursor.at = contentEnd
  }
  if (traceAt < 0 || !traces.hasAt(cursor.view, traceAt)) return undefined
  const traceId = readId(cursor.bytes, traceAt, 16)
  const spanId = readId(cursor.bytes, spanAt, 8)
  if (traceId === '' || spanId === '' || isWanted?.(traceId, spanId) === false) return undefined
  return {
    traceId,
    spanId,
    parentSpanId: readId(cursor.bytes, parentAt, 8),
    name: readText(cursor, nameAt, nameEnd),
    startTimeUnixNano: readTime(cursor, startAt),
    endTimeUnixNano: readTime(cursor, endAt),
  }
}

/** An id of zeros is none, as OTLP says. */
function readId(bytes: Buffer, at: number, length: number): string {
  if (at < 0) return ''
  const id = bytes.toString('hex', at, at + length)
  return id.startsWith('0') && /^0+$/.test(id) ? '' : id
}

function readTime(cursor: Cursor, at: number): bigint {
  return at < 0 ? 0n : cursor.view.getBigUint64(at, true)
}

type JsonObject = Readonly<Record<string, unknown>>

/** @param root the request as `JSON.parse` made it. */
export function listJsonRelatives(root: unknown, wish: Wish): readonly ScannedRelative[] {
  const { traces, except, isWanted } = wish
  return collect((found) => {
    let spanCount = 0
    for (const resourceSpans of listObjects(root, 'resourceSpans')) {
      let service: string | undefined
      for (const scopeSpans of listObjects(resourceSpans, 'scopeSpans')) {
        for (const span of listObjects(scopeSpans, 'spans')) {
          const number = spanCount++
          if (except?.has(number)) continue
          const [traceId, spanId] = [toId(span['traceId'], 32), toId(span['spanId'], 16)]
          if (traceId === '' || spanId === '' || !traces.has(traceId)) continue
          if (isWanted?.(traceId, spanId) === false) continue
          service ??= findServiceInJson(resourceSpans['resource'])
          const told = {
            traceId,
            spanId,
            parentSpanId: toId(span['parentSpanId'], 16),
            name: toText(span['name']),
            startTimeUnixNano: toTime(span['startTimeUnixNano']),
            endTimeUnixNano: toTime(span['endTimeUnixNano']),
            service,
          }
          found.push(new RelativeSpan(told, { kind: 'json', root, number, json: span }))
        }
      }
    }
  })
}

function listObjects(holder: unknown, name: string): readonly JsonObject[] {
  if (!isObject(holder) || !Array.isArray(holder[name])) return []
  return (holder[name] as readonly unknown[]).filter(isObject)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null
}

function findServiceInJson(resource: unknown): string {
  const found = listObjects(resource, 'attributes').find(({ key }) => key === SERVICE_NAME)
  return isObject(found?.['value']) ? toText(found['value']['stringValue']) : ''
}

function toText(value: unknown): string {
  return typeof value === 'string' ? cutText(value) : ''
}

function toId(value: unknown, digits: number): string {
  if (typeof value !== 'string' || value.length !== digits) return ''
  const id = value.toLowerCase()
  return /^[0-9a-f]+$/.test(id) && !/^0+$/.test(id) ? id : ''
}

/** What is no time was refused by the scan. */
function toTime(value: unknown): bigint {
  const isDigits = typeof value === 'string' && /^\d{1,20}$/.test(value)
  if (!isDigits && !(typeof value === 'number' && Number.isInteger(value))) return 0n
  return BigInt.asUintN(64, BigInt(value))
}
