import type { Usage } from './usage.ts'

/**
 * Counts as a span has them. Absent: not reported. What is there but cannot be read is `NaN`, which
 * passes through to `splitUsage` and is bad usage there.
 */
export interface ReportedUsage {
  input?: number
  output?: number
  total?: number
  /** Input that was neither read from nor written to a cache. */
  uncachedInput?: number
  cacheRead?: number
  /** Writes of every lifetime together. */
  cacheWrite?: number
  cacheWrite5m?: number
  cacheWrite1h?: number
  reasoning?: number
  inputAudio?: number
  cacheReadAudio?: number
  outputAudio?: number
  inputImage?: number
  cacheReadImage?: number
  outputImage?: number
  /** Billed, but never part of `input` and `output` (Anthropic's compaction). */
  besideInput?: number
  besideOutput?: number
  webSearches?: number
  searches?: number
  images?: number
  pages?: number
  characters?: number
  audioSeconds?: number
  videoSeconds?: number
}

/** How an emitter counts: whether a part stands inside its total or beside it. */
export interface Convention {
  readonly cache: 'inside' | 'outside' | 'unknown'
  readonly reasoning: 'inside' | 'outside' | 'unknown'
}

export interface NormalizedUsage {
  readonly usage: Usage
  /** Whether the reported input contained the cached tokens; absent where nothing was cached. */
  readonly inclusive?: boolean | 'ambiguous'
}

/**
 * Makes totals with parts inside out of what a span reports. What the figures prove goes before the
 * emitter's convention: an input smaller than its cached tokens cannot contain them, and a total
 * that is input, output and cached tokens together says that they stand apart. Where neither
 * decides, the answer is `ambiguous` and counts as inside. Nothing is clamped.
 */
export function normalizeUsage(reported: ReportedUsage, convention: Convention): NormalizedUsage {
  const writes = splitWrites(reported)
  const cached = (reported.cacheRead ?? 0) + (writes.total ?? 0)
  const cache = placeCache(reported, cached, convention.cache)
  const input = add(reported.input, cache === 'outside' ? cached : 0)
  const output = placeReasoning(reported, cache === 'outside' ? cached : 0, convention.reasoning)
  const rest = placeRest(reported, input, output, cached, convention)

  const usage: Usage = {}
  set(usage, 'inputTokens', add(add(input, rest.input), reported.besideInput ?? 0))
  // The subsets of the conventions overlap (cached audio lies in `inputAudio` and in `cacheRead`);
  // ours do not. Cached image tokens stay with the other cached ones: usage has no place of theirs.
  set(usage, 'cacheReadTokens', add(reported.cacheRead, -(reported.cacheReadAudio ?? 0)))
  set(usage, 'cacheWrite5mTokens', writes.short)
  set(usage, 'cacheWrite1hTokens', writes.long)
  set(usage, 'inputAudioTokens', add(reported.inputAudio, -(reported.cacheReadAudio ?? 0)))
  set(usage, 'cacheReadAudioTokens', reported.cacheReadAudio)
  set(usage, 'inputImageTokens', add(reported.inputImage, -(reported.cacheReadImage ?? 0)))
  set(usage, 'outputTokens', add(add(output, rest.output), reported.besideOutput ?? 0))
  set(usage, 'reasoningTokens', reported.reasoning)
  set(usage, 'outputAudioTokens', reported.outputAudio)
  set(usage, 'outputImageTokens', reported.outputImage)
  for (const item of ITEMS) set(usage, item, reported[item])

  if (rest.isOfUnknownKind || cache === 'ambiguous') return { usage, inclusive: 'ambiguous' }
  return cache === undefined ? { usage } : { usage, inclusive: cache === 'inside' }
}

const ITEMS = [
  'webSearches',
  'searches',
  'images',
  'pages',
  'characters',
  'audioSeconds',
  'videoSeconds',
] as const

/** Writes whose lifetime is not told have the default one; some replies split 0 of them. */
function splitWrites({ cacheWrite, cacheWrite5m, cacheWrite1h }: ReportedUsage) {
  const parts = add(cacheWrite5m, cacheWrite1h ?? 0) ?? cacheWrite1h
  const total = cacheWrite ?? parts
  const short = cacheWrite === undefined ? cacheWrite5m : add(total, -(cacheWrite1h ?? 0))
  return { total, short, long: cacheWrite1h }
}

function placeCache(
  { input, output, total, uncachedInput, reasoning = 0 }: ReportedUsage,
  cached: number,
  convention: Convention['cache'],
): 'inside' | 'outside' | 'ambiguous' | undefined {
  if (input === undefined || !(cached > 0)) return undefined
  if (input < cached) return 'outside'
  if (uncachedInput !== undefined) {
    if (input === uncachedInput + cached) return 'inside'
    if (input === uncachedInput) return 'outside'
  }
  // Some emitters add input and output up themselves, so a total of just these proves nothing.
  const rest = (total ?? 0) - input - (output ?? 0)
  const isReasoning = rest === reasoning
  if (total !== undefined && !isReasoning && (rest === cached || rest === cached + reasoning)) {
    return 'outside'
  }
  return convention === 'unknown' ? 'ambiguous' : convention
}

/** The output with its reasoning inside. */
function placeReasoning(
  { input, output, total, reasoning }: ReportedUsage,
  cachedOutside: number,
  convention: Convention['reasoning'],
): number | undefined {
  if (output === undefined || reasoning === undefined) return output
  const rest = (total ?? 0) - (input ?? 0) - cachedOutside - output
  const isOutside =
    reasoning > output ||
    convention === 'outside' ||
    (total !== undefined && reasoning > 0 && rest === reasoning)
  return isOutside ? output + reasoning : output
}

/**
 * What a total has more than its parts. Where reasoning may stand beside the output (Gemini, xAI),
 * it is reasoning that was not listed, or, where that was, the input of Gemini's tools. Where cached
 * tokens stand beside the input (Bedrock), it is cached tokens that were not listed; whether read or
 * written, nobody can tell. Any other total is not ours to explain (Cohere bills less than it used).
 */
function placeRest(
  { total, reasoning }: ReportedUsage,
  input: number | undefined,
  output: number | undefined,
  cached: number,
  convention: Convention,
): { input: number; output: number; isOfUnknownKind?: boolean } {
  const rest = (total ?? 0) - (input ?? 0) - (output ?? 0)
  const nothing = { input: 0, output: 0 }
  if (total === undefined || input === undefined || output === undefined || !(rest > 0)) {
    return nothing
  }
  if (convention.reasoning !== 'inside' && reasoning === undefined)
    return { input: 0, output: rest }
  if (convention.reasoning === 'outside') return { input: rest, output: 0 }
  const isCache = convention.cache === 'outside' && cached === 0
  return isCache ? { input: rest, output: 0, isOfUnknownKind: true } : nothing
}

function add(count: number | undefined, more: number): number | undefined {
  return count === undefined ? undefined : count + more
}

function set(usage: Usage, field: keyof Usage, count: number | undefined): void {
  if (count !== undefined) usage[field] = count
}
