import type { EntryOutline, Labels } from '../entry.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import { decodeRating, type KeptRating } from './kept-rating.ts'
import {
  decodeId,
  decodeLabels,
  decodeParent,
  type CorrectionRow,
  type DetailsReader,
  type EntryRow,
} from './rows.ts'

/**
 * Entries of one trace by what a list of them shows, with its corrections, which are given the oldest
 * first.
 */
export function decodeOutlines(
  rows: readonly EntryRow[],
  corrections: readonly CorrectionRow[],
  read: DetailsReader,
): EntryOutline[] {
  const last = new Map<string, Pick<CorrectionRow, 'standing' | 'rating'>>()
  for (const { span_id: id, standing, rating } of corrections) {
    const spanId = decodeId(id)
    last.set(spanId, { standing, rating: rating ?? last.get(spanId)?.rating ?? null })
  }
  // Many share a set of labels, which then crosses to another thread once.
  const sets = new Map<string, Labels>()
  const labelsOf = (text: string): Labels => {
    const labels = sets.get(text) ?? decodeLabels(text)
    sets.set(text, labels)
    return labels
  }
  return rows.map((row) => {
    const spanId = decodeId(row.span_id)
    const { standing = row.standing, rating = null } = last.get(spanId) ?? {}
    const repriced = rating === null ? undefined : (JSON.parse(rating) as KeptRating)
    const details = read(row.details)
    const { status, costAtto } = repriced === undefined ? details.rating : decodeRating(repriced)
    return {
      spanId,
      parentSpanId: decodeParent(row.parent_span_id),
      spanName: details.spanName,
      startTimeUnixNano: row.hour * NANOS_PER_HOUR + row.hour_nano,
      endTimeUnixNano: details.endTimeUnixNano,
      operation: { name: details.operation.name },
      rating: { status, ...(costAtto !== undefined && { costAtto }) },
      labels: labelsOf(row.labels),
      standing,
    }
  })
}
