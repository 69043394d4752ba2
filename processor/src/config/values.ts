import { z } from 'zod'
import { splitEndpoint } from '../endpoint.ts'
import { readInstant } from '../instant.ts'

/** How single values of the config are written. `parse` gives milliseconds and bytes. */

const DURATION = /^(\d{1,9})(ms|s|m|h|d)$/
const MS_PER: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

function readDurationMs(text: string): number {
  const [, count, unit] = DURATION.exec(text)!
  return Number(count) * MS_PER[unit!]!
}

export function durationBetween(least: string, most: string) {
  const error = `expected a duration from ${least} to ${most}, such as 500ms, 10s or 2m`
  const [leastMs, mostMs] = [readDurationMs(least), readDurationMs(most)]
  return z
    .string(error)
    .regex(DURATION, { error, abort: true })
    .transform(readDurationMs)
    .refine((durationMs) => durationMs >= leastMs && durationMs <= mostMs, {
      error,
      abort: true,
    })
}

const SIZE = /^(\d{1,12})(B|KiB|MiB|GiB)$/
const BYTES_PER: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
}

function readSizeBytes(text: string): number {
  const [, count, unit] = SIZE.exec(text)!
  return Number(count) * BYTES_PER[unit!]!
}

export function sizeBetween(least: string, most: string) {
  const error = `expected a size from ${least} to ${most}, such as 512KiB or 64MiB`
  const [leastBytes, mostBytes] = [readSizeBytes(least), readSizeBytes(most)]
  return z
    .string(error)
    .regex(SIZE, { error, abort: true })
    .transform(readSizeBytes)
    .refine((bytes) => bytes >= leastBytes && bytes <= mostBytes, { error, abort: true })
}

/** Text of 1 to `most` characters. */
export const text = (most: number) => z.string().min(1, 'expected some text').max(most)

const LISTEN_FORMS = 'expected host:port such as 127.0.0.1:4318, 0.0.0.0:4318 or [::1]:4318'

export const listenEndpoint = z
  .string(LISTEN_FORMS)
  .refine((endpoint) => splitEndpoint(endpoint) !== undefined, LISTEN_FORMS)

export const headers = z
  .record(
    z.string().regex(/^[\w!#$%&'*+.^`|~-]{1,256}$/, 'not the name of a header'),
    z.string().regex(/^[ -~]{0,8192}$/, 'expected at most 8192 printable ASCII characters'),
  )
  .refine((record) => Object.keys(record).length <= 64, 'more than 64 headers')

/**
 * An http(s) URL without a trailing slash, to which a path can be appended. `undefined`: not one, or
 * one with a user, a query or a fragment, which would get lost or end up in a log.
 */
export function readBaseUrl(written: string): URL | undefined {
  const url = URL.parse(written)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  return url.username + url.password + url.search + url.hash === '' ? url : undefined
}

export const baseUrl = text(2048).refine(
  (written) => readBaseUrl(written) !== undefined,
  'expected a URL such as https://otlp.example.com, without user, query or fragment',
)

/** UTC; `parse` gives milliseconds since 1970. */
export const instant = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/, 'expected 2026-03-05 or 2026-03-05T16:00Z')
  .refine((written) => readInstant(written) !== undefined, 'no date that exists')
  .transform((written) => readInstant(written) ?? 0)

/** Money as text, so that no float comes near it. */
export const decimal = z.string('expected a decimal in quotes').regex(/^\d{1,9}(\.\d{1,18})?$/, {
  error: 'expected a decimal in quotes, such as "1000"',
})

export const currency = z.string().regex(/^[A-Z]{3}$/, 'expected a currency such as CNY')

/** The name of a label of spend. */
export const label = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'a label is named by up to 64 of a-z, 0-9 and _, a letter first')

/** An IANA time zone. */
export const zone = text(64).refine(isZone, 'no time zone; write it like Europe/Berlin')

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
