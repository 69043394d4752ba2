import { existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip, createZstdCompress } from 'node:zlib'
import {
  openPostgresSource,
  openPostgresTarget,
  openSqliteSource,
  openSqliteTarget,
  readArchive,
  writeArchive,
  type MovedRows,
} from '@spancost/ledger'
import type { Config } from '../config.ts'
import { describeError } from '../describe-error.ts'
import { writeLine, writeText, type ExitCode, type Io, type Output } from './io.ts'
import { createByteReader, takeLine } from './otlp-files/byte-reader.ts'
import { decompress } from './otlp-files/decompress.ts'

/** Backup and move: a whole ledger to a file, and from it. */

type Place = Config['ledger']

/** For people. A URL may have a password in it. */
export function nameLedger({ store, path }: Place): string {
  return store === 'sqlite' ? path : store
}

export async function exportLedger(
  place: Place,
  file: string,
  asJson: boolean,
  io: Io,
): Promise<ExitCode> {
  try {
    // Opening would make a new one.
    if (place.store === 'sqlite' && !existsSync(place.path)) {
      throw new Error(`there is no ledger at ${place.path}`)
    }
    if (file !== '-' && existsSync(file)) throw new Error(`${file} is there already`)
    const moved = file === '-' ? await writeOutput(place, io.stdout) : await writeFile(place, file)
    await tell(moved, 'exported to', place, file, asJson, file === '-' ? io.stderr : io.stdout)
    return 0
  } catch (error) {
    return fail(error, io)
  }
}

export async function importLedger(
  place: Place,
  file: string,
  asJson: boolean,
  io: Io,
): Promise<ExitCode> {
  try {
    const handle = file === '-' ? undefined : await open(file)
    try {
      const lines = readLines(decompress(handle?.createReadStream() ?? toBytes(io.stdin)))
      const moved = await readArchive(lines, await openTarget(place))
      await tell(moved, 'imported from', place, file, asJson, io.stdout)
      return 0
    } finally {
      await handle?.close()
    }
  } catch (error) {
    return fail(error, io)
  }
}

async function fail(error: unknown, io: Io): Promise<ExitCode> {
  await writeLine(io.stderr, `spancost: ${describeError(error)}`)
  return 1
}

async function tell(
  { rows }: MovedRows,
  how: string,
  place: Place,
  file: string,
  asJson: boolean,
  output: Output,
): Promise<void> {
  const counts = Object.entries(rows).map(([table, count]) => `${count} ${table}`)
  const text = `${nameLedger(place)}: ${how} ${file}: ${counts.join(', ') || 'nothing'}`
  await writeLine(output, asJson ? JSON.stringify({ ledger: nameLedger(place), file, rows }) : text)
}

function openSource(place: Place) {
  return place.store === 'sqlite' ? openSqliteSource(place.path) : openPostgresSource(place.url!)
}

function openTarget(place: Place) {
  return place.store === 'sqlite' ? openSqliteTarget(place.path) : openPostgresTarget(place.url!)
}

async function writeOutput(place: Place, output: Output): Promise<MovedRows> {
  return writeArchive(await openSource(place), (text) => writeText(output, text))
}

/** It has its name when it is whole and on the disk. */
async function writeFile(place: Place, file: string): Promise<MovedRows> {
  const source = await openSource(place)
  const unfinished = `${file}.unfinished`
  const handle = await open(unfinished, 'w', 0o600)
  try {
    const stream = handle.createWriteStream({ flush: true })
    const first = createCompressor(file)
    if (first !== undefined) first.pipe(stream)
    const moved = await writeArchive(source, (text) => writeChunk(first ?? stream, text))
    const written = finished(stream)
    ;(first ?? stream).end()
    await written
    await rename(unfinished, file)
    return moved
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

function createCompressor(file: string) {
  if (file.endsWith('.gz')) return createGzip()
  return file.endsWith('.zst') ? createZstdCompress() : undefined
}

function writeChunk(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // Such as a full disk, at either end of a compressor.
    stream.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

/** One entry has its usage and rating in a line. */
const MAX_LINE_BYTES = 64 * 1024 * 1024

async function* readLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const reader = createByteReader(input)
  for (;;) {
    const line = await takeLine(reader, MAX_LINE_BYTES)
    if (line === undefined) return
    if (line === 'too_long') throw new Error(`a line has more than ${MAX_LINE_BYTES} bytes`)
    yield new TextDecoder().decode(line)
  }
}

function toBytes(input: Io['stdin']): AsyncIterable<Uint8Array> {
  return Readable.from(input).map((chunk: Uint8Array | string) => Buffer.from(chunk))
}
