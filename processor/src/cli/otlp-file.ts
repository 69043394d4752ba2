import { readFile, stat } from 'node:fs/promises'
import { scanTraces, type ScanKeys, type ScannedSpan } from '@spancost/otlp'
import { describeError } from '../describe-error.ts'

export type ReadOtlpFile =
  | { readonly kind: 'spans'; readonly spans: readonly ScannedSpan[] }
  | { readonly kind: 'not_otlp'; readonly message: string }

const MAX_FILE_BYTES = 256 * 1024 * 1024

/** Field 1, length-delimited: how every OTLP request that holds something begins. */
const PROTOBUF_START = 0x0a
const NEWLINE = 0x0a

/**
 * Reads the marked spans of a file with one OTLP trace request, as protobuf or JSON, or with one
 * JSON request a line, as the Collector's file exporter writes it. Requests of other signals have no
 * spans.
 */
export async function readOtlpFile(path: string, keys: ScanKeys): Promise<ReadOtlpFile> {
  let bytes: Uint8Array
  try {
    const { size } = await stat(path)
    if (size > MAX_FILE_BYTES) return reject(`${size} bytes; at most ${MAX_FILE_BYTES} are read`)
    bytes = await readFile(path)
  } catch (error) {
    return reject(describeError(error))
  }
  return readRequests(bytes, keys)
}

function readRequests(bytes: Uint8Array, keys: ScanKeys): ReadOtlpFile {
  if (bytes[0] === PROTOBUF_START) {
    const result = scanTraces(bytes, 'protobuf', keys)
    if (result.kind === 'scanned') return { kind: 'spans', spans: result.scan.spans }
    // A text may begin with an empty line, which is the same byte.
    if (!bytes.includes('{'.charCodeAt(0))) return reject(`not OTLP: ${result.reason}`)
  }
  const lines = splitLines(bytes)
  if (lines.length === 0) return { kind: 'spans', spans: [] }
  if (lines.length === 1 || !isJson(lines[0]!.bytes)) return readJsonRequest(bytes, keys)
  const spans: ScannedSpan[] = []
  for (const line of lines) {
    const read = readJsonRequest(line.bytes, keys)
    if (read.kind === 'not_otlp') return reject(`line ${line.number}: ${read.message}`)
    spans.push(...read.spans)
  }
  return { kind: 'spans', spans }
}

function reject(message: string): ReadOtlpFile {
  return { kind: 'not_otlp', message }
}

interface NumberedLine {
  readonly number: number
  readonly bytes: Uint8Array
}

/** Those that are not blank. */
function splitLines(bytes: Uint8Array): NumberedLine[] {
  const lines: NumberedLine[] = []
  let number = 1
  for (let start = 0; start < bytes.length; number++) {
    const found = bytes.indexOf(NEWLINE, start)
    const end = found === -1 ? bytes.length : found
    const line = bytes.subarray(start, end)
    if (line.some((byte) => byte > 0x20)) lines.push({ number, bytes: line })
    start = end + 1
  }
  return lines
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(bytes))
    return true
  } catch {
    return false
  }
}

/** `{}` is an empty request; other JSON must say which signal it is. */
function readJsonRequest(bytes: Uint8Array, keys: ScanKeys): ReadOtlpFile {
  let request: unknown
  try {
    request = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return reject('not OTLP: neither JSON nor protobuf')
  }
  const members = typeof request === 'object' && request !== null ? Object.keys(request) : ['']
  const isOtlp = members.every((name) => /^resource(?:Spans|Metrics|Logs|Profiles)$/.test(name))
  if (!isOtlp) return reject('not OTLP: JSON without resourceSpans')
  const result = scanTraces(bytes, 'json', keys)
  return result.kind === 'scanned'
    ? { kind: 'spans', spans: result.scan.spans }
    : reject(`not OTLP: ${result.reason}`)
}
