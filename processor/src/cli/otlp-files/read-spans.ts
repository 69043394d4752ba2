import { scanTraces, type Encoding, type Scan, type ScanKeys } from '@spancost/otlp'
import { describeError } from '../../describe-error.ts'
import type { ByteReader } from './byte-reader.ts'
import { findFraming, readRequests, type FileItem, type ItemPlace } from './read-requests.ts'

/** The marked spans of one request of a file, or why there are none. */
export type SpansItem =
  | ({
      readonly kind: 'spans'
      readonly scan: Scan
      readonly body: Uint8Array
      readonly encoding: Encoding
    } & ItemPlace)
  | Extract<FileItem, { kind: 'bad' }>
  /** Its start is not what was read before; nothing was read now. */
  | { readonly kind: 'changed' }

/**
 * Reads a file request by request. Requests of other signals have no spans. `taken` is what was read
 * of it before, which is passed over.
 */
export async function* readSpans(
  reader: ByteReader,
  keys: ScanKeys,
  taken?: Taken,
): AsyncGenerator<SpansItem, void> {
  const requests = readAll(reader, taken)
  try {
    for await (const item of requests) yield item.kind === 'request' ? toSpans(item, keys) : item
  } catch (error) {
    // What comes out of a stream that breaks: the disk's reasons, and those of a decompressor.
    yield { kind: 'bad', name: '', number: 0, reason: describeError(error), isEnd: true }
  }
}

/** How far a file was read: bytes of its content, their SHA-256 in hex, and requests or lines. */
export interface Taken {
  readonly bytes: number
  readonly digest: string
  readonly count: number
}

const CHUNK_BYTES = 1024 * 1024

async function* readAll(
  reader: ByteReader,
  taken: Taken | undefined,
): AsyncGenerator<FileItem | { readonly kind: 'changed' }, void> {
  const framing = await findFraming(reader)
  if (taken !== undefined && !(await passOver(reader, taken))) yield { kind: 'changed' }
  else yield* readRequests(reader, taken?.count ?? 0, framing)
}

async function passOver(reader: ByteReader, { bytes, digest }: Taken): Promise<boolean> {
  while (reader.offset < bytes) {
    const { length } = await reader.take(Math.min(bytes - reader.offset, CHUNK_BYTES))
    if (length === 0) return false
  }
  return reader.digest() === digest
}

function toSpans(item: Extract<FileItem, { kind: 'request' }>, keys: ScanKeys): SpansItem {
  const { name, number, bytes, encoding } = item
  const bad = (reason: string) => ({ kind: 'bad', name, number, reason, isEnd: false }) as const
  const fault = encoding === 'json' ? findJsonFault(bytes) : undefined
  if (fault !== undefined) return bad(fault)
  const result = scanTraces(bytes, encoding, keys)
  if (result.kind !== 'scanned') return bad(`not OTLP: ${result.reason}`)
  return { kind: 'spans', name, number, scan: result.scan, body: bytes, encoding }
}

const START_OF_TRACES = Buffer.from('{"resourceSpans":')
const CLOSING_BRACE = '}'.charCodeAt(0)

/** `{}` is an empty request; other JSON must say which signal it is. */
function findJsonFault(bytes: Uint8Array): string | undefined {
  const start = bytes.subarray(0, START_OF_TRACES.length)
  // The scan reads traces itself, all of them.
  if (START_OF_TRACES.equals(start) && bytes.at(-1) === CLOSING_BRACE) return undefined
  let request: unknown
  try {
    request = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return 'not OTLP: neither JSON nor protobuf'
  }
  const members = typeof request === 'object' && request !== null ? Object.keys(request) : ['']
  const isOtlp = members.every((name) => /^resource(?:Spans|Metrics|Logs|Profiles)$/.test(name))
  return isOtlp ? undefined : 'not OTLP: JSON without resourceSpans'
}
