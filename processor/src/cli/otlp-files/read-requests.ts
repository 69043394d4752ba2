import { zstdDecompressSync } from 'node:zlib'
import { describeError } from '../../describe-error.ts'
import { isZstd } from './decompress.ts'
import { takeLine, type ByteReader } from './byte-reader.ts'

/**
 * The requests of a file, whatever way it keeps them:
 * - one OTLP request, protobuf or JSON;
 * - one JSON request a line;
 * - each request after its length in 4 bytes, big-endian, as the Collector's file exporter writes
 *   protobuf, and also JSON once it compresses: then each request is a Zstandard frame
 *   (https://github.com/open-telemetry/opentelemetry-collector-contrib, exporter/fileexporter);
 * - each protobuf request after its length as a varint (OTLP file exporter of the specification).
 */
export type FileItem =
  | ({
      readonly kind: 'request'
      readonly encoding: 'protobuf' | 'json'
      readonly bytes: Uint8Array
    } & ItemPlace)
  /** `isEnd`: what follows cannot be found any more. */
  | ({ readonly kind: 'bad'; readonly reason: string; readonly isEnd: boolean } & ItemPlace)

export interface ItemPlace {
  /** Such as `line 3`; empty where the file is one request. */
  readonly name: string
  /** Of the line or request, from 1. */
  readonly number: number
}

/** Of one request, uncompressed. */
const MAX_REQUEST_BYTES = 256 * 1024 * 1024

/** Field 1, length-delimited: how every OTLP request that holds something begins. */
const PROTOBUF_START = 0x0a
const BRACE = '{'.charCodeAt(0)
const SPACES = new Set([0x20, 0x09, 0x0a, 0x0d])

/** `count` items were read before, from the start of the file to where the reader is. */
export async function* readRequests(
  reader: ByteReader,
  count: number,
  framing: Framing,
): AsyncGenerator<FileItem, void> {
  if (framing === 'lines') yield* readJsonLines(reader, count)
  else if (framing !== 'protobuf') yield* readFrames(reader, count, framing)
  else if (count === 0) yield await readWhole(reader, 'protobuf')
}

export type Framing = 'lines' | 'protobuf' | 'length32' | 'varint'

/** How the file is framed, told by its first bytes. */
export async function findFraming(reader: ByteReader): Promise<Framing> {
  const start = Buffer.from(await reader.peek(16))
  const first = start.find((byte) => !SPACES.has(byte))
  if (start.length === 0 || first === BRACE) return 'lines'
  if (
    start.length >= 5 &&
    start.readUInt32BE() <= MAX_REQUEST_BYTES &&
    start[0] !== PROTOBUF_START
  ) {
    const begins = start.subarray(4)
    if (begins[0] === PROTOBUF_START || begins[0] === BRACE || isZstd(begins)) return 'length32'
  }
  if (start[0] === PROTOBUF_START) return 'protobuf'
  const varint = readVarint(start)
  if (varint !== undefined && start[varint.size] === PROTOBUF_START) return 'varint'
  return 'lines'
}

async function readWhole(reader: ByteReader, encoding: 'protobuf' | 'json'): Promise<FileItem> {
  const bytes = await reader.take(MAX_REQUEST_BYTES)
  reader.checkEnd()
  if ((await reader.peek(1)).length === 0)
    return { kind: 'request', name: '', number: 1, encoding, bytes }
  const reason = `more than ${MAX_REQUEST_BYTES} bytes`
  return { kind: 'bad', name: '', number: 1, reason, isEnd: true }
}

async function* readJsonLines(reader: ByteReader, count: number): AsyncGenerator<FileItem, void> {
  for (let number = count + 1; ; number += 1) {
    const line = await takeLine(reader, MAX_REQUEST_BYTES)
    if (line === undefined) return
    const place = { name: `line ${number}`, number }
    if (line === 'too_long') {
      yield { kind: 'bad', ...place, reason: `more than ${MAX_REQUEST_BYTES} bytes`, isEnd: false }
      continue
    }
    if (line.every((byte) => SPACES.has(byte))) continue
    // A request that is written over several lines has a file of its own.
    const isOpen = line.length < 64 && Buffer.from(line).toString('latin1').trim() === '{'
    if (!isOpen) {
      yield { kind: 'request', ...place, encoding: 'json', bytes: line }
      continue
    }
    const rest = await readWhole(reader, 'json')
    if (rest.kind === 'request') yield { ...rest, bytes: Buffer.concat([line, rest.bytes]) }
    else yield rest
    return
  }
}

async function* readFrames(
  reader: ByteReader,
  count: number,
  framing: 'length32' | 'varint',
): AsyncGenerator<FileItem, void> {
  for (let number = count + 1; ; number += 1) {
    const start = Buffer.from(await reader.peek(10))
    if (start.length === 0) return
    const place = { name: `request ${number}`, number }
    const prefix = framing === 'varint' ? readVarint(start) : readLength(start)
    if (prefix === undefined || prefix.value > MAX_REQUEST_BYTES) {
      yield { kind: 'bad', ...place, reason: 'no length that can be true', isEnd: true }
      return
    }
    await reader.take(prefix.size)
    const bytes = await reader.take(prefix.value)
    if (bytes.length < prefix.value) {
      reader.checkEnd()
      yield { kind: 'bad', ...place, reason: 'the file ends within it', isEnd: true }
      return
    }
    yield openFrame(place, bytes)
  }
}

function openFrame(place: ItemPlace, frame: Uint8Array): FileItem {
  let bytes = frame
  try {
    if (isZstd(frame)) {
      bytes = zstdDecompressSync(frame, { maxOutputLength: MAX_REQUEST_BYTES })
    }
  } catch (error) {
    return { kind: 'bad', ...place, reason: `Zstandard: ${describeError(error)}`, isEnd: false }
  }
  const encoding = bytes[0] === BRACE ? 'json' : 'protobuf'
  return { kind: 'request', ...place, encoding, bytes }
}

interface Prefix {
  readonly value: number
  readonly size: number
}

function readLength(start: Buffer): Prefix | undefined {
  return start.length < 4 ? undefined : { value: start.readUInt32BE(), size: 4 }
}

/** Of lengths that we take: at most five bytes. */
function readVarint(start: Uint8Array): Prefix | undefined {
  let value = 0
  for (let index = 0; index < Math.min(5, start.length); index += 1) {
    value += (start[index]! & 0x7f) * 128 ** index
    if (start[index]! < 0x80) return { value, size: index + 1 }
  }
  return undefined
}
