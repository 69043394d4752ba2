import { parseCutJson } from './cut-json.ts'
import type { SpanFacts } from './operation.ts'

/**
 * Where a value stands: an attribute's key, or `key#path` for a member of the JSON in it
 * (`ai.response.providerMetadata#openai.serviceTier`; `key#` is the whole JSON value). In a list,
 * `ttl=1h` is the first member whose `ttl` is `1h`.
 */
export type Source = string

/** Reads values from one span. JSON is parsed once, and only where a source asks for it. */
export interface SpanReader {
  /** The first text of the sources, trimmed; empty texts and other values are passed over. */
  text(sources: readonly Source[]): string | undefined
  /** The first count that is there, readable or not; see `toCount`. */
  count(sources: readonly Source[]): number | undefined
  value(source: Source): unknown
}

export function createSpanReader(span: SpanFacts): SpanReader {
  let parsed: Map<string, unknown> | undefined

  function parseAttribute(key: string): unknown {
    const text = span.attribute(key)
    if (typeof text !== 'string') return text
    parsed ??= new Map()
    if (!parsed.has(key)) parsed.set(key, parseCutJson(text))
    return parsed.get(key)
  }

  function value(source: Source): unknown {
    const { key, path } = findPlace(source)
    if (path === undefined) return span.attribute(key)
    let found = parseAttribute(key)
    // Mostly it is not there, and many sources ask.
    if (found === undefined) return undefined
    for (const name of path) {
      found = Array.isArray(found) ? findMember(found, name) : member(found, name)
    }
    return found
  }

  function first<T>(
    sources: readonly Source[],
    read: (value: unknown) => T | undefined,
  ): T | undefined {
    for (const source of sources) {
      const found = read(value(source))
      if (found !== undefined) return found
    }
    return undefined
  }

  return {
    text: (sources) => first(sources, toText),
    count: (sources) => first(sources, toCount),
    value,
  }
}

/** A source in its parts; without a path, the attribute itself is the value. */
interface SourcePlace {
  readonly key: string
  readonly path: readonly string[] | undefined
}

/** Sources stand in the tables of dialects: some hundreds, each read again with every span. */
const places = new Map<Source, SourcePlace>()

function findPlace(source: Source): SourcePlace {
  const known = places.get(source)
  if (known !== undefined) return known
  const hash = source.indexOf('#')
  const path = source.slice(hash + 1).split('.')
  const place =
    hash === -1
      ? { key: source, path: undefined }
      : { key: source.slice(0, hash), path: path.filter((name) => name !== '') }
  places.set(source, place)
  return place
}

function member(value: unknown, name: string): unknown {
  const isMember = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
  return isMember ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function findMember(list: readonly unknown[], condition: string): unknown {
  const [name = '', value] = condition.split('=')
  return list.find((each) => value !== undefined && member(each, name) === value)
}

/** The attribute that a source stands in. */
export function attributeOf(source: Source): string {
  return source.split('#', 1)[0] ?? source
}

/** A text, trimmed; `undefined` where it is absent, empty or no text. */
export function toText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  return text === '' ? undefined : text
}

/**
 * A count, whatever numeric form it came in (some emitters write integers as doubles or strings).
 * A value that is there but is no count becomes `NaN`, which `splitUsage` reports as bad usage:
 * dropping it would make unreadable usage look like no usage.
 */
export function toCount(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'string') {
    const text = value.trim()
    if (/^\d+(\.0+)?$/.test(text)) return Number(text)
    // How Python and JavaScript write that there is nothing.
    if (/^(none|null|undefined)$/i.test(text)) return undefined
  }
  return Number.NaN
}
