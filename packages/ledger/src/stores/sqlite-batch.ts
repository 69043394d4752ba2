import type { Role } from '@spancost/genai'
import { sumParts } from '@spancost/pricing'
import type { Entry, Relative } from '../entry.ts'
import { toHourTime } from '../hours.ts'
import { countTokens } from '../sums.ts'
import { encodeMetrics, METRIC_ENTRY_COLUMNS } from './metric-columns.ts'
import { encodeDetails, encodeLabels, encodeSums, SUM_COLUMNS } from './rows.ts'

/**
 * The entries of a call on their way to the store's thread. Texts in one list and integers in one
 * buffer cross several times faster than entries would, which are trees of small objects.
 */
export interface Batch {
  readonly texts: readonly (string | null)[]
  readonly figures: BigInt64Array<ArrayBuffer>
  readonly relatives: readonly Relative[]
  /** The holds that entries settle. */
  readonly holds: readonly string[]
}

/** An entry in the form of its row; what the store itself decides is not in it. */
export interface PackedEntry {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly role: Role
  readonly provider: string | null
  readonly responseId: string | null
  /** The set of labels, as `encodeLabels` writes it. */
  readonly labels: string
  readonly status: string
  readonly errorType: string
  readonly details: string
  readonly hour: bigint
  readonly hourNano: bigint
  /** The values of `SUM_COLUMNS` and `METRIC_ENTRY_COLUMNS`. */
  readonly sums: Iterable<bigint>
}

const TEXTS_PER_ENTRY = 10
const FIGURES_PER_ENTRY = 2 + SUM_COLUMNS.length + METRIC_ENTRY_COLUMNS.length

/** Entries without a fault only: their figures fit into 64 bits. */
export function packBatch(entries: readonly Entry[], relatives: readonly Relative[]): Batch {
  const texts: (string | null)[] = []
  const figures = new BigInt64Array(entries.length * FIGURES_PER_ENTRY)
  for (const [index, entry] of entries.entries()) {
    const { operation, rating } = entry
    texts.push(
      entry.traceId,
      entry.spanId,
      entry.parentSpanId,
      operation.role,
      operation.provider ?? null,
      operation.responseId ?? null,
      encodeLabels(entry.labels),
      rating.status,
      operation.errorType ?? '',
      encodeDetails(entry),
    )
    const { hour, nano } = toHourTime(entry.startTimeUnixNano)
    const sums = encodeSums(sumParts(rating), countTokens(entry.units))
    figures.set([hour, nano, ...sums, ...encodeMetrics(entry)], index * FIGURES_PER_ENTRY)
  }
  const holds = entries.flatMap(({ holdId }) => holdId ?? [])
  return { texts, figures, relatives, holds }
}

export function unpackEntries({ texts, figures }: Pick<Batch, 'texts' | 'figures'>): PackedEntry[] {
  return Array.from({ length: texts.length / TEXTS_PER_ENTRY }, (_, index) => {
    const at = index * TEXTS_PER_ENTRY
    const figuresAt = index * FIGURES_PER_ENTRY
    return {
      traceId: texts[at]!,
      spanId: texts[at + 1]!,
      parentSpanId: texts[at + 2]!,
      role: texts[at + 3] as Role,
      provider: texts[at + 4]!,
      responseId: texts[at + 5]!,
      labels: texts[at + 6]!,
      status: texts[at + 7]!,
      errorType: texts[at + 8]!,
      details: texts[at + 9]!,
      hour: figures[figuresAt]!,
      hourNano: figures[figuresAt + 1]!,
      sums: figures.subarray(figuresAt + 2, figuresAt + FIGURES_PER_ENTRY),
    }
  })
}
