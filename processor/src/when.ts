import { createWindows, findInstant, type Zone } from '@spancost/budget'
import { readInstant } from './instant.ts'

/** Points in time as people write them in a question: exact, on a wall clock, or seen from now. */
export type When =
  | { readonly kind: 'instant'; readonly unixMs: number }
  /** Without a zone of its own: it is read in the one of the question. */
  | { readonly kind: 'wall'; readonly wallMs: number }
  | { readonly kind: 'ago'; readonly durationMs: number }
  | { readonly kind: 'word'; readonly word: PeriodWord | 'now' }

const PERIODS = {
  today: ['day', 'this'],
  yesterday: ['day', 'last'],
  'this-week': ['week', 'this'],
  'last-week': ['week', 'last'],
  'this-month': ['month', 'this'],
  'last-month': ['month', 'last'],
} as const

export type PeriodWord = keyof typeof PERIODS

const PERIOD_WORDS = Object.keys(PERIODS).join(', ')

/** The words for an error message. */
export const WHEN_FORMS =
  'ISO 8601 such as 2026-08-01 or 2026-08-01T12:00:00Z, Unix milliseconds, ' +
  `now, ${PERIOD_WORDS}, or so long ago: 24h, 7d, 4w`

export const RANGE_FORMS = `${PERIOD_WORDS}, or 24h, 7d, 4w until now`

const AGO = /^(\d{1,5})([hdw])$/
const MS_PER_HOUR = 3_600_000
const MS_PER: Readonly<Record<string, number>> = {
  h: MS_PER_HOUR,
  d: 24 * MS_PER_HOUR,
  w: 7 * 24 * MS_PER_HOUR,
}

const HAS_NO_ZONE = /^\d{4}-\d{2}-\d{2}(?:T[\d:.,]+)?$/

/** `undefined`: not of `WHEN_FORMS`. */
export function readWhen(text: string): When | undefined {
  const durationMs = readAgo(text)
  if (durationMs !== undefined) return { kind: 'ago', durationMs }
  if (text === 'now') return { kind: 'word', word: 'now' }
  if (isPeriodWord(text)) return { kind: 'word', word: text }
  const unixMs = readInstant(text)
  if (unixMs === undefined) return undefined
  // A date in UTC is what the wall clock shows.
  return HAS_NO_ZONE.test(text) ? { kind: 'wall', wallMs: unixMs } : { kind: 'instant', unixMs }
}

/** A word stands for the start of its period. Never before 1970, where time begins for us. */
export function resolveWhen(when: When, zone: Zone, nowMs: number): number {
  if (when.kind === 'instant') return when.unixMs
  if (when.kind === 'wall') return Math.max(0, findInstant(zone, when.wallMs))
  if (when.kind === 'ago') return Math.max(0, nowMs - when.durationMs)
  return when.word === 'now' ? nowMs : findPeriod(when.word, zone, nowMs).fromUnixMs
}

export type RangeWord =
  | { readonly kind: 'word'; readonly word: PeriodWord }
  | { readonly kind: 'ago'; readonly durationMs: number }

/** `undefined`: not of `RANGE_FORMS`. */
export function readRange(text: string): RangeWord | undefined {
  const durationMs = readAgo(text)
  if (durationMs !== undefined) return { kind: 'ago', durationMs }
  return isPeriodWord(text) ? { kind: 'word', word: text } : undefined
}

export function resolveRange(
  range: RangeWord,
  zone: Zone,
  nowMs: number,
): { readonly fromUnixMs: number; readonly toUnixMs: number } {
  if (range.kind === 'word') return findPeriod(range.word, zone, nowMs)
  return { fromUnixMs: Math.max(0, nowMs - range.durationMs), toUnixMs: nowMs }
}

function findPeriod(word: PeriodWord, zone: Zone, nowMs: number) {
  const [period, which] = PERIODS[word]
  const windowOf = createWindows({ period, zone: zone.name, weekStart: 1, fiscalStart: 1 })
  const current = windowOf(nowMs)
  const { startUnixMs: fromUnixMs, endUnixMs: toUnixMs } =
    which === 'this' ? current : windowOf(current.startUnixMs - 1)
  return { fromUnixMs, toUnixMs }
}

function readAgo(text: string): number | undefined {
  const [, count, unit] = AGO.exec(text) ?? []
  return count === undefined ? undefined : Number(count) * MS_PER[unit!]!
}

function isPeriodWord(text: string): text is PeriodWord {
  return Object.hasOwn(PERIODS, text)
}
