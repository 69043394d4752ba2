import type { Operation, Unit } from '@spancost/genai'
import type { CacheEffect, CostReason, CostStatus } from '@spancost/pricing/rating'
import type { Entry, Labels } from '../entry.ts'

/** Entries for tests: valid ones, of which a test names only what it is about. */

export interface SampleFields {
  /** Becomes the trace id, in hex; 1 unless said otherwise. */
  readonly trace?: number
  /** Becomes the span id, in hex; 1 unless said otherwise. */
  readonly span?: number
  readonly startUnixMs?: number
  /** Where milliseconds are too coarse. */
  readonly startTimeUnixNano?: bigint
  readonly operation?: Partial<Operation>
  /** Unit, quantity, cost in 1e-18 USD. */
  readonly lines?: readonly (readonly [Unit, number, bigint])[]
  readonly status?: CostStatus
  readonly reason?: CostReason
  readonly labels?: Labels
  readonly cache?: CacheEffect
}

/** 2026-03-01T10:30:00Z, in the middle of an hour. */
export const SAMPLE_START_UNIX_MS = Date.UTC(2026, 2, 1, 10, 30)

export function createSampleEntry(fields: SampleFields = {}): Entry {
  const { trace = 1, span = 1, status = 'priced', reason, labels = { model: 'm1' }, cache } = fields
  const lines = fields.lines ?? [['input', 10, 25n]]
  const startUnixMs = fields.startUnixMs ?? SAMPLE_START_UNIX_MS
  const startTimeUnixNano = fields.startTimeUnixNano ?? BigInt(startUnixMs) * 1_000_000n
  return {
    traceId: createTraceId(trace),
    spanId: span.toString(16).padStart(16, '0'),
    parentSpanId: '',
    spanName: 'chat m1',
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + 1_500_000_000n,
    operation: { dialect: 'otel', role: 'leaf', name: 'chat', usage: {}, ...fields.operation },
    units: new Map(lines.map(([unit, quantity]) => [unit, quantity])),
    rating: {
      status,
      ...(reason !== undefined && { reason }),
      book: 'test@1',
      lines: status === 'unpriced' ? [] : lines.map(createLine),
      ...(status !== 'unpriced' && { costAtto: lines.reduce((sum, [, , cost]) => sum + cost, 0n) }),
      ...(cache !== undefined && { cache }),
    },
    labels,
  }
}

export function createTraceId(trace: number): string {
  return trace.toString(16).padStart(32, '0')
}

function createLine([unit, quantity, costAtto]: readonly [Unit, number, bigint]) {
  return { unit, quantity, rate: '0.0000025', costAtto }
}
