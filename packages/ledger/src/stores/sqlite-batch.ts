import { Buffer } from 'node:buffer'
import type { Role } from '@spancost/genai'
import { sumParts } from '@spancost/pricing/rating'
import { createByteWriter } from '../compact/bytes.ts'
import { writeDetails } from '../compact/details.ts'
import { createWordBook } from '../compact/words.ts'
import type { Entry, Relative, Standing } from '../entry.ts'
import { FIGURES_PER_ENTRY, writeFigures } from '../entry-figures.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { Recorded } from '../store.ts'
import { countTokens } from '../sums.ts'
import { hashText } from '../trace-ids.ts'
import { encodeMetrics } from './metric-columns.ts'
import { encodeLabels, encodeSums } from './rows.ts'

/**
 * The entries of a call on their way to the store's thread. Bytes and figures change hands without
 * being copied, and details are in the very bytes that the ledger keeps: nobody reads them on the way.
 */
export interface Batch {
  readonly entries: number
  /** Words that this batch is the first to use (`compact/words.ts`). */
  readonly words: readonly string[]
  /** Sets of labels, statuses and the like: each text of the batch once. */
  readonly texts: readonly string[]
  readonly heads: Float64Array<ArrayBuffer>
  /** Doubles that are whole numbers, or, where one is beyond 2^53, 64-bit integers. */
  readonly figures: Float64Array<ArrayBuffer> | BigInt64Array<ArrayBuffer>
  /** Of each entry: trace id, span id, parent's id where there is one, details. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly relatives: readonly Relative[]
  /** The holds that entries settle. */
  readonly holds: readonly string[]
}

/** An entry in the form of its row; what the store itself decides is not in it. */
export interface PackedEntry {
  /** The 16 bytes as a text of 16 characters. */
  readonly trace: string
  readonly traceId: Uint8Array
  /** In hex. */
  readonly span: string
  readonly spanId: Uint8Array
  readonly parentSpanId: Uint8Array | null
  readonly role: Role
  /** `null`: it brought no answer, or did not say which. */
  readonly responseHash: number | null
  /** The set of labels, as `encodeLabels` writes it. */
  readonly labels: string
  readonly status: string
  readonly errorType: string
  readonly details: Uint8Array
  readonly hour: number
  readonly hourNano: number
  /** From `figuresAt` on, the values of `SUM_COLUMNS` and `METRIC_ENTRY_COLUMNS`. */
  readonly figures: Float64Array | BigInt64Array
  readonly figuresAt: number
}

const HEADS_PER_ENTRY = 9
const TRACE_BYTES = 16
const SPAN_BYTES = 8
const NO_ANSWER = -1

export interface Packer {
  /** Entries without a fault only: their figures fit into 64 bits. */
  pack(entries: readonly Entry[], relatives: readonly Relative[]): Batch
}

/** `words`: those that the ledger has. */
export function createPacker(words: readonly string[]): Packer {
  const book = createWordBook(words)
  const writer = createByteWriter()

  function pack(entries: readonly Entry[], relatives: readonly Relative[]): Batch {
    // What an entry left that could not be packed.
    if (writer.length() > 0) writer.take()
    const texts = new Map<string, number>()
    const numberOf = (text: string): number => {
      const known = texts.get(text)
      if (known !== undefined) return known
      texts.set(text, texts.size)
      return texts.size - 1
    }
    const heads = new Float64Array(entries.length * HEADS_PER_ENTRY)
    for (const [index, entry] of entries.entries()) {
      const { operation } = entry
      const { role, responseId } = operation
      const at = index * HEADS_PER_ENTRY
      heads[at] = writer.length()
      writer.hex(entry.traceId)
      writer.hex(entry.spanId)
      writer.hex(entry.parentSpanId)
      heads[at + 1] = writer.length()
      writeDetails(writer, entry, book)
      heads[at + 2] = Number(entry.startTimeUnixNano / NANOS_PER_HOUR)
      heads[at + 3] = Number(entry.startTimeUnixNano % NANOS_PER_HOUR)
      heads[at + 4] = numberOf(encodeLabels(entry.labels))
      heads[at + 5] = numberOf(entry.rating.status)
      heads[at + 6] = numberOf(operation.errorType ?? '')
      heads[at + 7] = numberOf(role)
      heads[at + 8] = role === 'leaf' && responseId ? hashText(responseId) : NO_ANSWER
    }
    return {
      entries: entries.length,
      words: book.takeFresh(),
      texts: [...texts.keys()],
      heads,
      figures: packFigures(entries),
      bytes: writer.take(),
      relatives,
      holds: entries.flatMap(({ holdId }) => holdId ?? []),
    }
  }

  return { pack }
}

/** The memory that a batch hands over. */
export function listBuffers({ heads, figures, bytes }: Batch): ArrayBuffer[] {
  return [heads.buffer, figures.buffer, bytes.buffer]
}

function packFigures(entries: readonly Entry[]): Batch['figures'] {
  const figures = new Float64Array(entries.length * FIGURES_PER_ENTRY)
  const isExact = entries.every((entry, at) => writeFigures(entry, figures, at * FIGURES_PER_ENTRY))
  if (isExact) return figures
  return BigInt64Array.from(
    entries.flatMap((entry) => [
      ...encodeSums(sumParts(entry.rating), countTokens(entry.units)),
      ...encodeMetrics(entry),
    ]),
  )
}

export function unpackEntries(batch: Batch): PackedEntry[] {
  const { bytes, heads, texts, figures } = batch
  const buffer = Buffer.from(bytes.buffer)
  return Array.from({ length: batch.entries }, (_, index): PackedEntry => {
    const at = index * HEADS_PER_ENTRY
    const start = heads[at]!
    const spanAt = start + TRACE_BYTES
    const parentAt = spanAt + SPAN_BYTES
    const detailsAt = heads[at + 1]!
    const end = index + 1 < batch.entries ? heads[at + HEADS_PER_ENTRY]! : bytes.length
    const answer = heads[at + 8]!
    return {
      trace: buffer.toString('latin1', start, spanAt),
      traceId: bytes.subarray(start, spanAt),
      span: buffer.toString('hex', spanAt, parentAt),
      spanId: bytes.subarray(spanAt, parentAt),
      parentSpanId: parentAt === detailsAt ? null : bytes.subarray(parentAt, detailsAt),
      details: bytes.subarray(detailsAt, end),
      hour: heads[at + 2]!,
      hourNano: heads[at + 3]!,
      labels: texts[heads[at + 4]!]!,
      status: texts[heads[at + 5]!]!,
      errorType: texts[heads[at + 6]!]!,
      role: texts[heads[at + 7]!] as Role,
      responseHash: answer === NO_ANSWER ? null : answer,
      figures,
      figuresAt: index * FIGURES_PER_ENTRY,
    }
  })
}

/** What became of the entries of a batch, on its way back: one byte each, and what is seldom. */
export interface PackedAnswers {
  readonly outcomes: Uint8Array<ArrayBuffer>
  readonly changed: readonly (readonly [entry: number, changed: Recorded['changed']])[]
}

const STANDINGS: readonly Standing[] = ['counted', 'held', 'restated', 'echo']

/** By their bytes. */
const ANSWERS: readonly Recorded[] = (['recorded', 'duplicate'] as const).flatMap((outcome) =>
  STANDINGS.map((standing) => ({ outcome, standing })),
)

export function packAnswers(recorded: readonly Recorded[]): PackedAnswers {
  const outcomes = Uint8Array.from(
    recorded,
    ({ outcome, standing }) =>
      STANDINGS.indexOf(standing) + (outcome === 'duplicate' ? STANDINGS.length : 0),
  )
  const changed = recorded.flatMap((each, at) =>
    each.changed === undefined ? [] : [[at, each.changed] as const],
  )
  return { outcomes, changed }
}

export function unpackAnswers({ outcomes, changed }: PackedAnswers): readonly Recorded[] {
  const answers = Array.from(outcomes, (byte) => ANSWERS[byte]!)
  for (const [at, turned] of changed) answers[at] = { ...answers[at]!, changed: turned! }
  return answers
}
