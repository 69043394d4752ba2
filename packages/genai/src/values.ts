import { parseCutJson } from './cut-json.ts'
import type { SpanFacts } from './operation.ts'

/**
 * Where a value stands: an attribute's key, or `key#path` for a member of the JSON in it
 * (`ai.response.providerMetadata#openai.serviceTier`; `key#` is the whole JSON value). In a list,
 * `ttl=1h` is the first member whose `ttl` is `1h`.
 */
export type Source = string

/** A source in its parts; without a path, the attribute itself is the value. */
interface Place {
  readonly key: string
  readonly path: readonly string[] | undefined
}

/** Sources that were taken apart once, as they stand in the tables of dialects. */
export type Places = readonly Place[]

/** Sources stand in dialects: some hundreds, each read again with every span. */
const places = new Map<Source, Place>()

export function placesOf(sources: readonly Source[] = []): Places {
  return sources.map(findPlace)
}

function findPlace(source: Source): Place {
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

/** Reads values from one span. JSON is parsed once, and only where a source asks for it. */
export class SpanReader {
  readonly span: SpanFacts
  private parsed: Map<string, unknown> | undefined

  constructor(span: SpanFacts) {
    this.span = span
    this.parsed = undefined
  }

  /** The first text of the sources, trimmed; empty texts and other values are passed over. */
  text(sources: readonly Source[]): string | undefined {
    return this.textAt(placesOf(sources))
  }

  textAt(from: Places): string | undefined {
    for (const place of from) {
      const text = toText(this.valueAt(place))
      if (text !== undefined) return text
    }
    return undefined
  }

  /** The first count that is there, readable or not; see `toCount`. */
  count(sources: readonly Source[]): number | undefined {
    return this.countAt(placesOf(sources))
  }

  countAt(from: Places): number | undefined {
    for (const place of from) {
      const count = toCount(this.valueAt(place))
      if (count !== undefined) return count
    }
    return undefined
  }

  value(source: Source): unknown {
    return this.valueAt(findPlace(source))
  }

  private valueAt({ key, path }: Place): unknown {
    if (path === undefined) return this.span.attribute(key)
    let found = this.parseAttribute(key)
    // Mostly it is not there, and many sources ask.
    if (found === undefined) return undefined
    for (const name of path) {
      found = Array.isArray(found) ? findMember(found, name) : member(found, name)
    }
    return found
  }

  private parseAttribute(key: string): unknown {
    const text = this.span.attribute(key)
    if (typeof text !== 'string') return text
    this.parsed ??= new Map()
    if (!this.parsed.has(key)) this.parsed.set(key, parseCutJson(text))
    return this.parsed.get(key)
  }
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
