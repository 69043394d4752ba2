import type { CostStatus } from '@spancost/pricing'
import type { EntryOutline, Labels } from '../entry.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import type { KeptRating } from './kept-rating.ts'
import {
  decodeId,
  decodeLabels,
  decodeParent,
  type CorrectionRow,
  type Details,
  type EntryRow,
} from './rows.ts'

/**
 * Entries by what a list of them shows. Of thousands, reading them whole would mostly be making what
 * is then thrown away.
 */
export interface OutlineRow extends Pick<
  EntryRow,
  'span_id' | 'parent_span_id' | 'hour' | 'hour_nano' | 'standing' | 'labels'
> {
  readonly span_name: string
  readonly end_unix_nano: string
  readonly operation: string
  /** As it arrived; so is its cost, digits in 1e-18 USD. */
  readonly status: CostStatus
  readonly cost_atto: string | null
}

/** What of an entry's details an outline needs, for a store that has to parse them itself. */
export function outlineDetails(text: string) {
  const { spanName, endTimeUnixNano, operation, rating } = JSON.parse(text) as Details
  return {
    span_name: spanName,
    end_unix_nano: endTimeUnixNano,
    operation: operation.name,
    status: rating.status,
    cost_atto: rating.costAtto ?? null,
  }
}

/** Entries of one trace, with its corrections, which are given the oldest first. */
export function decodeOutlines(
  rows: readonly OutlineRow[],
  corrections: readonly CorrectionRow[],
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
    const status = repriced?.status ?? row.status
    const cost = (repriced === undefined ? row.cost_atto : repriced.costAtto) ?? undefined
    return {
      spanId,
      parentSpanId: decodeParent(row.parent_span_id),
      spanName: row.span_name,
      startTimeUnixNano: row.hour * NANOS_PER_HOUR + row.hour_nano,
      endTimeUnixNano: BigInt(row.end_unix_nano),
      operation: { name: row.operation },
      rating: { status, ...(cost !== undefined && { costAtto: BigInt(cost) }) },
      labels: labelsOf(row.labels),
      standing,
    }
  })
}
