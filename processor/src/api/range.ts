import { openZone, type Zone } from '@spancost/budget'
import { RANGE_FORMS, readRange, readWhen, resolveRange, resolveWhen, WHEN_FORMS } from '../when.ts'
import type { RangeWord, When } from '../when.ts'
import { refuse, type Answer } from './answer.ts'
import { toInstant } from './json.ts'
import type { Parameter } from './parameters.ts'

const when: Parameter<When> = { expected: WHEN_FORMS, read: readWhen }

const range: Parameter<RangeWord> = { expected: RANGE_FORMS, read: readRange }

const zone: Parameter<Zone> = {
  expected: 'a time zone such as Europe/Berlin or UTC',
  read: (text) => {
    try {
      return openZone(text)
    } catch {
      return undefined
    }
  },
}

/** What every question about a stretch of time takes. */
export const RANGE_PARAMETERS = { from: when, to: when, range, zone }

export interface AskedRange {
  readonly from?: When
  readonly to?: When
  readonly range?: RangeWord
  readonly zone?: Zone
}

export interface ResolvedRange {
  readonly zone: Zone
  /** For a store; absent: no bound. */
  readonly bounds: { readonly fromUnixMs?: number; readonly toUnixMs?: number }
}

/** The asked range in figures, or a refusal: an empty one, or one that is named twice, is a slip. */
export function resolveAsked(asked: AskedRange): ResolvedRange | Answer {
  const { zone: asZone = openZone('UTC'), range: word } = asked
  const nowMs = Date.now()
  if (word !== undefined) {
    if (asked.from !== undefined || asked.to !== undefined) {
      return refuse('range', 'cannot be given together with "from" or "to"')
    }
    return { zone: asZone, bounds: resolveRange(word, asZone, nowMs) }
  }
  const fromUnixMs = asked.from && resolveWhen(asked.from, asZone, nowMs)
  const toUnixMs = asked.to && resolveWhen(asked.to, asZone, nowMs)
  if (fromUnixMs !== undefined && toUnixMs !== undefined && fromUnixMs >= toUnixMs) {
    return refuse('to', 'expected an instant after "from"')
  }
  const bounds = {
    ...(fromUnixMs !== undefined && { fromUnixMs }),
    ...(toUnixMs !== undefined && { toUnixMs }),
  }
  return { zone: asZone, bounds }
}

/** How an answer says what it covers: `from` and `to` are left out where there is no bound. */
export function toRangeJson({ zone: { name }, bounds }: ResolvedRange) {
  const { fromUnixMs, toUnixMs } = bounds
  return {
    ...(fromUnixMs !== undefined && { from: toInstant(fromUnixMs) }),
    ...(toUnixMs !== undefined && { to: toInstant(toUnixMs) }),
    zone: name,
  }
}
