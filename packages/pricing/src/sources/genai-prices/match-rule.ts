import type { MatchLogic } from '@pydantic/genai-prices'

/** Whether a model id, in lower case, meets a rule. */
export type Match = (id: string) => boolean

/**
 * Compiles a match rule of the price data, with one promise more than the data makes: where a rule
 * speaks of a part of an id only, what stands around that part must be a version, not a name.
 * `claude-sonnet-5` as a prefix also begins `claude-sonnet-5-turbo-2030`, which nobody has priced,
 * and `gemini-1.5-flash` begins `gemini-1.5-flash-8b`, which costs half.
 */
export function compileMatch(rule: MatchLogic): Match {
  if ('or' in rule) {
    const matches = rule.or.map(compileMatch)
    return (id) => matches.some((match) => match(id))
  }
  if ('and' in rule) {
    const matches = rule.and.map(compileMatch)
    return (id) => matches.every((match) => match(id))
  }
  if ('regex' in rule) return compileRegex(rule.regex)
  if ('equals' in rule) {
    const text = rule.equals.toLowerCase()
    return (id) => id === text
  }
  if ('starts_with' in rule) {
    const text = rule.starts_with.toLowerCase()
    return (id) => id.startsWith(text) && isVersionAfter(id, text, text.length)
  }
  if ('ends_with' in rule) {
    const text = rule.ends_with.toLowerCase()
    return (id) => id.endsWith(text) && isPathBefore(id, text, id.length - text.length)
  }
  const text = rule.contains.toLowerCase()
  return (id) => {
    const start = id.indexOf(text)
    return (
      start !== -1 && isPathBefore(id, text, start) && isVersionAfter(id, text, start + text.length)
    )
  }
}

function compileRegex(source: string): Match {
  const regex = new RegExp(source)
  return (id) => {
    const match = regex.exec(id)
    if (match === null) return false
    // An empty match is a bare lookahead, which says nothing about where a name ends.
    return match[0] === '' || isVersionAfter(id, source, match.index + match[0].length)
  }
}

/** Dates, releases and stages, as they stand behind names: -20250514, @default, -v1:0:200k. */
const VERSION = new RegExp(
  `^(?:${[
    String.raw`[-@](?:\d{8}|\d{4}-\d\d-\d\d|\d\d-\d\d(?:\d\d)?|\d{3,4}|v\d+(?:[:.]\d+)*)`,
    String.raw`[-@:](?:latest|preview|exp|experimental|beta|default|stable)`,
    String.raw`:\d+k?`,
  ].join('|')})*$`,
)

/** Dates can be read in more than one way, so the time for a match grows fast with the length. */
const MAX_VERSION_LENGTH = 40

/** What may follow certain rules besides: measured over the ids of four other price tables. */
const KNOWN_TAILS: ReadonlyMap<string, RegExp> = new Map([
  ['claude-2', /^\.[01]$/],
  ['command-light', /^-nightly$/],
  ['ft:gpt-3.5-turbo', /^(-\d{4})?(:.*)?$/],
  ['ft:gpt-4o-2024-', /^\d\d-\d\d(:.*)?$/],
  ['ft:gpt-4o-mini-2024-', /^\d\d-\d\d(:.*)?$/],
  ['gemini-3.1-pro-preview', /^-customtools$/],
  ['gemini-live-2.5-flash', /^(-preview)?-native-audio(-\d\d-\d{4})?$/],
  ['gemma-3-', /^\d+b-it$/],
  ['gemma-3n', /^-e\db-it$/],
  ['magistral-medium', /^-1-2-2509$/],
  ['magistral-small-', /^1-2-2509$/],
  ['gpt-4o-mini-2024-07-18.ft-', /^[0-9a-f]+$/],
])

const KNOWN_HEADS: ReadonlyMap<string, RegExp> = new Map([
  ['aya-expanse-32b', /^c4ai-$/],
  ['aya-expanse-8b', /^c4ai-$/],
  ['m2.1-highspeed', /^minimax-$/],
  ['m2.5-highspeed', /^minimax-$/],
  ['m2.7-highspeed', /^minimax-$/],
  ['moderation', /^(omni|text)-$/],
])

/** Whether `id` goes on from `end` with a version at most. A rule may end amid a date. */
function isVersionAfter(id: string, rule: string, end: number): boolean {
  if (end === id.length) return true
  if (KNOWN_TAILS.get(rule)?.test(id.slice(end))) return true
  let start = end
  if (isDigit(id, start)) while (isDigit(id, start - 1)) start--
  if (start > 0 && '-@:'.includes(id.charAt(start - 1))) start--
  return id.length - start <= MAX_VERSION_LENGTH && VERSION.test(id.slice(start))
}

/** Whether all that stands before `start` is a path or region: `us.`, `anthropic/`. */
function isPathBefore(id: string, rule: string, start: number): boolean {
  if (start === 0 || './:~'.includes(id.charAt(start - 1))) return true
  return KNOWN_HEADS.get(rule)?.test(id.slice(0, start)) ?? false
}

function isDigit(id: string, index: number): boolean {
  const character = id.charAt(index)
  return character >= '0' && character <= '9'
}
