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

const INPUT_PARTS = [
  ['cacheReadTokens', 'cache_read'],
  ['cacheWrite5mTokens', 'cache_write'],
  ['cacheWrite1hTokens', 'cache_write_1h'],
  ['inputAudioTokens', 'input_audio'],
  ['cacheReadAudioTokens', 'cache_read_audio'],
  ['inputImageTokens', 'input_image'],
] as const

const OUTPUT_PARTS = [
  ['reasoningTokens', 'reasoning'],
  ['outputAudioTokens', 'output_audio'],
  ['outputImageTokens', 'output_image'],
] as const

const ITEMS = [
  ['webSearches', 'web_search'],
  ['searches', 'search'],
  ['requests', 'request'],
  ['images', 'image'],
  ['pages', 'page'],
  ['characters', 'character'],
  ['audioSeconds', 'audio_second'],
  ['videoSeconds', 'video_second'],
  ['gpuSeconds', 'gpu_second'],
] as const

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

  const units = new Map<Unit, number>()
  const input = splitTotal(usage, 'inputTokens', 'input', INPUT_PARTS, units)
  if (input !== undefined) return { kind: 'bad_usage', problem: input }
  const output = splitTotal(usage, 'outputTokens', 'output', OUTPUT_PARTS, units)
  if (output !== undefined) return { kind: 'bad_usage', problem: output }
  for (const [field, unit] of ITEMS) {
    const quantity = usage[field]
    if (quantity !== undefined && quantity > 0) units.set(unit, quantity)
  }

  const reported = Object.values(usage).some((count) => count !== undefined)
  return reported ? { kind: 'units', units } : { kind: 'no_usage' }
}

function findBadCount(usage: Usage): string | undefined {
  for (const [field, count] of Object.entries(usage) as [keyof Usage, number | undefined][]) {
    if (count === undefined) continue
    if (!(count >= 0 && count <= Number.MAX_SAFE_INTEGER)) {
      return `${field} is ${count}; a count lies between 0 and 2^53 - 1`
    }
    if (!Number.isInteger(count) && !MAY_BE_FRACTIONAL.has(field)) {
      return `${field} is ${count}; it must be a whole number`
    }
  }
  return undefined
}

function splitTotal(
  usage: Usage,
  totalField: 'inputTokens' | 'outputTokens',
  rest: Unit,
  parts: readonly (readonly [keyof Usage, Unit])[],
  units: Map<Unit, number>,
): string | undefined {
  let sum = 0
  for (const [field, unit] of parts) {
    const quantity = usage[field] ?? 0
    sum += quantity
    if (quantity > 0) units.set(unit, quantity)
  }
  const total = usage[totalField]
  if (total === undefined) {
    return sum > 0 ? `${totalField} is missing, but its parts add up to ${sum}` : undefined
  }
  if (sum > total) return `${totalField} is ${total}, but its parts add up to ${sum}`
  if (total > sum) units.set(rest, total - sum)
  return undefined
}
