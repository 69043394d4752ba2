import type { Unit, Units } from '@spancost/genai'
import { COST_PARTS, type CostPart } from '@spancost/pricing/rating'
import { TOKEN_TYPES, type MetricSums, type Sums, type TokenType } from './store.ts'

/** `Sums` while they grow. */
export interface RunningSums extends Sums {
  operations: bigint
  costAtto: bigint
  readonly parts: Record<CostPart, bigint>
  readonly tokens: Record<TokenType, bigint>
}

type AnySums = Sums & Partial<MetricSums>

/** Units that are counted in tokens; the others are items and have no token type. */
const TOKEN_TYPE_OF: Readonly<Partial<Record<Unit, TokenType>>> = {
  input: 'input',
  input_audio: 'input',
  input_image: 'input',
  output: 'output',
  output_audio: 'output',
  output_image: 'output',
  cache_read: 'cache_read',
  cache_read_audio: 'cache_read',
  cache_write: 'cache_write',
  cache_write_1h: 'cache_write',
  reasoning: 'reasoning',
}

/** `undefined`: it is no token. */
export function tokenTypeOf(unit: Unit): TokenType | undefined {
  return TOKEN_TYPE_OF[unit]
}

export function countTokens(units: Units): Record<TokenType, bigint> {
  const tokens = createTokens()
  for (const [unit, quantity] of units) {
    const type = TOKEN_TYPE_OF[unit]
    if (type !== undefined) tokens[type] += BigInt(quantity)
  }
  return tokens
}

export function createSums(): RunningSums {
  return {
    operations: 0n,
    costAtto: 0n,
    parts: { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, other: 0n },
    tokens: createTokens(),
  }
}

export function addSums(into: RunningSums, more: Sums): void {
  into.operations += more.operations
  into.costAtto += more.costAtto
  for (const part of COST_PARTS) into.parts[part] += more.parts[part]
  for (const type of TOKEN_TYPES) into.tokens[type] += more.tokens[type]
}

/** Whether two sums are equal in every figure; nothing equals only nothing. */
export function isSameSums(a: AnySums | undefined, b: AnySums | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return (
    String(a.costCounts) === String(b.costCounts) &&
    a.cacheSavedAtto === b.cacheSavedAtto &&
    a.cacheExtraAtto === b.cacheExtraAtto &&
    a.operations === b.operations &&
    COST_PARTS.every((part) => a.parts[part] === b.parts[part]) &&
    TOKEN_TYPES.every((type) => a.tokens[type] === b.tokens[type])
  )
}

function createTokens(): Record<TokenType, bigint> {
  return { input: 0n, output: 0n, cache_read: 0n, cache_write: 0n, reasoning: 0n }
}
