import type { SpendLine } from '../budget-accounts.ts'
import { NANOS_PER_HOUR } from '../hours.ts'
import { decodeLabels, decodeSums, type SumRow } from './rows.ts'

/** A row of what counted entries and corrections add to sums, in either store. */
export type LineRow = SumRow & {
  readonly labels: string
  readonly hour: bigint
  readonly hour_nano: bigint
  readonly status: string
}

export function decodeLine(row: LineRow): SpendLine {
  const { operations, costAtto, tokens } = decodeSums(row)
  return {
    labels: decodeLabels(row.labels),
    startUnixMs: Number((row.hour * NANOS_PER_HOUR + row.hour_nano) / 1_000_000n),
    amounts: { operations, costAtto, tokens },
    unpriced: row.status === 'unpriced' ? operations : 0n,
  }
}
