/**
 * What one operation consumed, as totals with parts. Every field is a count that is finite and not
 * negative; an absent field was not reported, which is not the same as zero.
 *
 * `inputTokens` contains the six parts below it, which do not overlap: `cacheReadAudioTokens` is
 * listed apart from `cacheReadTokens` and `inputAudioTokens`. `outputTokens` contains its three.
 */
export interface Usage {
  inputTokens?: number
  cacheReadTokens?: number
  /** Written to a cache with the provider's default time to live (5 minutes at Anthropic). */
  cacheWrite5mTokens?: number
  /** Written to a cache with a long time to live (1 hour at Anthropic). */
  cacheWrite1hTokens?: number
  inputAudioTokens?: number
  cacheReadAudioTokens?: number
  inputImageTokens?: number

  outputTokens?: number
  outputAudioTokens?: number
  outputImageTokens?: number
  reasoningTokens?: number

  webSearches?: number
  searches?: number
  requests?: number
  images?: number
  pages?: number
  characters?: number
  audioSeconds?: number
  videoSeconds?: number
  gpuSeconds?: number
}

/** Billable kinds. No token and no item is ever in two of them. */
export const UNITS = [
  'input',
  'cache_read',
  'cache_write',
  'cache_write_1h',
  'input_audio',
  'cache_read_audio',
  'input_image',
  'output',
  'reasoning',
  'output_audio',
  'output_image',
  'web_search',
  'search',
  'request',
  'image',
  'page',
  'character',
  'audio_second',
  'video_second',
  'gpu_second',
] as const

export type Unit = (typeof UNITS)[number]

/** Disjoint quantities; a unit with quantity 0 is left out. */
export type Units = ReadonlyMap<Unit, number>

export type SplitUsage =
  | { readonly kind: 'units'; readonly units: Units }
  /** The counts contradict each other; `problem` names the field and the figures. */
  | { readonly kind: 'bad_usage'; readonly problem: string }
  /** Nothing was reported that could be billed. */
  | { readonly kind: 'no_usage' }

const MAY_BE_FRACTIONAL: ReadonlySet<keyof Usage> = new Set([
  'audioSeconds',
  'videoSeconds',
  'gpuSeconds',
])

/**
 * Splits totals into disjoint units. The token units add up to `inputTokens + outputTokens` exactly.
 * Parts that are larger than their total are never clamped: they make `bad_usage`, and so do counts
 * that are negative, not finite, above 2^53 - 1, or fractional where only whole ones make sense.
 */
export function splitUsage(usage: Usage): SplitUsage {
  const problem = findBadCount(usage)
  if (problem !== undefined) return { kind: 'bad_usage', problem }

  // Each field is named where it is read, as engines read it much faster so: this runs per span.
  const units = new Map<Unit, number>()
  const input =
    put(units, 'cache_read', usage.cacheReadTokens) +
    put(units, 'cache_write', usage.cacheWrite5mTokens) +
    put(units, 'cache_write_1h', usage.cacheWrite1hTokens) +
    put(units, 'input_audio', usage.inputAudioTokens) +
    put(units, 'cache_read_audio', usage.cacheReadAudioTokens) +
    put(units, 'input_image', usage.inputImageTokens)
  const badInput = putRest(units, 'input', input, 'inputTokens', usage.inputTokens)
  if (badInput !== undefined) return { kind: 'bad_usage', problem: badInput }
  const output =
    put(units, 'reasoning', usage.reasoningTokens) +
    put(units, 'output_audio', usage.outputAudioTokens) +
    put(units, 'output_image', usage.outputImageTokens)
  const badOutput = putRest(units, 'output', output, 'outputTokens', usage.outputTokens)
  if (badOutput !== undefined) return { kind: 'bad_usage', problem: badOutput }
  put(units, 'web_search', usage.webSearches)
  put(units, 'search', usage.searches)
  put(units, 'request', usage.requests)
  put(units, 'image', usage.images)
  put(units, 'page', usage.pages)
  put(units, 'character', usage.characters)
  put(units, 'audio_second', usage.audioSeconds)
  put(units, 'video_second', usage.videoSeconds)
  put(units, 'gpu_second', usage.gpuSeconds)

  const reported = units.size > 0 || Object.values(usage).some((count) => count !== undefined)
  return reported ? { kind: 'units', units } : { kind: 'no_usage' }
}

function findBadCount(usage: Usage): string | undefined {
  for (const field of Object.keys(usage) as (keyof Usage)[]) {
    const count = usage[field]
    if (count === undefined || (Number.isSafeInteger(count) && count >= 0)) continue
    if (!(count >= 0 && count <= Number.MAX_SAFE_INTEGER)) {
      return `${field} is ${count}; a count lies between 0 and 2^53 - 1`
    }
    if (!MAY_BE_FRACTIONAL.has(field)) return `${field} is ${count}; it must be a whole number`
  }
  return undefined
}

/** Gives the quantity back, so that parts can be added up. */
function put(units: Map<Unit, number>, unit: Unit, quantity = 0): number {
  if (quantity > 0) units.set(unit, quantity)
  return quantity
}

/** What is left of a total beside its parts; or what is wrong with it. */
function putRest(
  units: Map<Unit, number>,
  unit: Unit,
  sum: number,
  field: keyof Usage,
  total: number | undefined,
): string | undefined {
  if (total === undefined) {
    return sum > 0 ? `${field} is missing, but its parts add up to ${sum}` : undefined
  }
  if (sum > total) return `${field} is ${total}, but its parts add up to ${sum}`
  put(units, unit, total - sum)
  return undefined
}
