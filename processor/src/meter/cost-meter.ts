import { createHash } from 'node:crypto'
import { ATTR_ERROR_TYPE, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_TOKEN_TYPE,
} from '@spancost/genai'
import {
  COST_BOUNDS_ATTO,
  TOKEN_TYPES,
  type Labels,
  type Store,
  type Sums,
  type Total,
} from '@spancost/ledger'
import { COST_PARTS, toDouble } from '@spancost/pricing'
import type { Dimension } from '../config.ts'
import { createListMap } from '../list-map.ts'
import { createAttributeSets } from './attribute-sets.ts'
import {
  OVERFLOW,
  toSetKey,
  type CostMetric,
  type CostPoint,
  type MetricAttributes,
} from './cost-metric.ts'
import { createCostRate } from './cost-rate.ts'
import { createExemplars, type Exemplars } from './exemplars.ts'

/** The cost metrics of one moment. */
export interface Reading {
  readonly atUnixMs: number
  readonly metrics: readonly CostMetric[]
}

/** A total, and what corrections took back of it, where a store makes corrections. */
export type CorrectedTotal = Total & { readonly reversed?: Sums }

export interface CostMeter {
  /** Since when sums and histograms have been counting. */
  readonly beganAtUnixMs: number
  readonly exemplars: Exemplars
  attributesOf(labels: Labels): MetricAttributes
  /**
   * Calls at the same time share one reading, unless they bring the totals that they are about.
   */
  read(totals?: readonly CorrectedTotal[]): Promise<Reading>
}

type Described = Omit<CostMetric, 'points'>

const COST: Described = {
  name: 'spancost.cost',
  description: 'Cost of GenAI operations; the parts add up to the total.',
  unit: '{USD}',
  kind: 'sum',
  scale: 'atto',
}
const TOKENS: Described = {
  name: 'spancost.tokens',
  description: 'Tokens of GenAI operations, each counted under one type only.',
  unit: '{token}',
  kind: 'sum',
  scale: 'whole',
}
const OPERATIONS: Described = {
  name: 'spancost.operations',
  description: 'GenAI operations, by whether they could be priced.',
  unit: '{operation}',
  kind: 'sum',
  scale: 'whole',
}
/** What of the three sums corrections took back, so that these need not fall. */
const REVERSED: readonly Described[] = [COST, TOKENS, OPERATIONS].map((metric) => ({
  ...metric,
  name: `${metric.name}.reversed`,
  description: 'What corrections took back of the sum of that name; it counts there still.',
}))
const OPERATION_COST: Described = {
  name: 'spancost.operation.cost',
  description: 'What single GenAI operations cost, where that is known.',
  unit: '{USD}',
  kind: 'histogram',
  scale: 'atto',
  bounds: COST_BOUNDS_ATTO.map(toDouble),
}
const CACHE_SAVINGS: Described = {
  name: 'spancost.cache.savings',
  description: 'What tokens from a cache would have cost more as plain input.',
  unit: '{USD}',
  kind: 'sum',
  scale: 'atto',
}
const CACHE_PREMIUM: Described = {
  name: 'spancost.cache.premium',
  description: 'What tokens into a cache cost more than as plain input.',
  unit: '{USD}',
  kind: 'sum',
  scale: 'atto',
}
const COST_RATE: Described = {
  name: 'spancost.cost.rate',
  description: 'Cost of the GenAI operations that started within the last hour.',
  unit: '{USD}/h',
  kind: 'gauge',
  scale: 'atto',
}

/**
 * The cost metrics as they stand in the ledger. They are read, not kept: they go on where they were
 * after a restart, and cannot differ from the ledger.
 */
export function createCostMeter(store: Store, dimensions: readonly Dimension[]): CostMeter {
  const keys = listKeys(dimensions)
  const dimensionsId = createHash('sha256').update(JSON.stringify(keys)).digest('hex').slice(0, 16)
  const attributesOf = createLabelReader(keys)
  const exemplars = createExemplars()
  const sets = createAttributeSets(store, `metric-sets/${dimensionsId}`)
  const readRate = createCostRate(
    store,
    keys.map(([name]) => name),
  )
  let underWay: Promise<Reading> | undefined

  async function read(given?: readonly CorrectedTotal[]): Promise<Reading> {
    const atUnixMs = Date.now()
    const collected = collectTotals(given ?? (await store.totals()), attributesOf)
    const rate = createPoints(COST_RATE)
    for (const { labels, costAtto } of await readRate(atUnixMs)) {
      rate.add(attributesOf(labels), [costAtto])
    }
    const all = [...collected, rate]
    const wanted = new Map(all.map(({ described, listKeys: list }) => [described.name, list()]))
    const admitted = await sets.admit(wanted)
    const metrics = all.map(({ described, fold }) => {
      const points = fold(admitted.get(described.name)!)
      return { ...described, points: described === OPERATION_COST ? attach(points) : points }
    })
    return { atUnixMs, metrics }
  }

  function attach(points: readonly CostPoint[]): CostPoint[] {
    return points.map((point) => {
      const found = exemplars.find(point.attributes)
      return found === undefined ? point : { ...point, exemplars: found.slice() }
    })
  }

  return {
    beganAtUnixMs: store.beganAtUnixMs,
    exemplars,
    attributesOf,
    read(totals) {
      if (totals !== undefined) return read(totals)
      return (underWay ??= read().finally(() => (underWay = undefined)))
    },
  }
}

function collectTotals(
  totals: readonly CorrectedTotal[],
  attributesOf: (labels: Labels) => MetricAttributes,
): Points[] {
  const sums = [COST, TOKENS, OPERATIONS].map(createPoints)
  const reversed = REVERSED.map(createPoints)
  const operationCost = createPoints(OPERATION_COST)
  const savings = createPoints(CACHE_SAVINGS)
  const premium = createPoints(CACHE_PREMIUM)
  for (const total of totals) {
    const common = attributesOf(total.labels)
    const outcome = outcomeOf(total)
    addSums(sums, common, outcome, total)
    if (total.reversed !== undefined) addSums(reversed, common, outcome, total.reversed)
    operationCost.add(common, [total.costAtto, ...total.costCounts])
    savings.add(common, [total.cacheSavedAtto])
    premium.add(common, [total.cacheExtraAtto])
  }
  return [...sums, ...reversed, operationCost, savings, premium]
}

/** Into the points of cost, tokens and operations. */
function addSums(
  [cost, tokens, operations]: readonly Points[],
  common: MetricAttributes,
  outcome: MetricAttributes,
  sums: Sums,
): void {
  for (const part of COST_PARTS) {
    cost?.add({ ...common, 'spancost.cost.part': part }, [sums.parts[part]])
  }
  for (const type of TOKEN_TYPES) {
    tokens?.add({ ...common, [ATTR_GEN_AI_TOKEN_TYPE]: type }, [sums.tokens[type]])
  }
  operations?.add({ ...common, ...outcome }, [sums.operations])
}

function outcomeOf({ status, errorType }: Total): MetricAttributes {
  return {
    'spancost.cost.status': status,
    ...(errorType !== undefined && { [ATTR_ERROR_TYPE]: errorType }),
  }
}

type LabelKey = readonly [label: string, key: string]

/** The ledger's label names with their attribute keys; dimensions that metrics lack drop out. */
function listKeys(dimensions: readonly Dimension[]): LabelKey[] {
  const keys: LabelKey[] = [
    ['provider', ATTR_GEN_AI_PROVIDER_NAME],
    ['model', ATTR_GEN_AI_RESPONSE_MODEL],
    ['operation', ATTR_GEN_AI_OPERATION_NAME],
    ['service', ATTR_SERVICE_NAME],
  ]
  for (const { name, from, metric } of dimensions) {
    const key = from[0]
    if (metric && key !== undefined) keys.push([name, key])
  }
  return keys
}

/** More than sets that are shown, so that only a flood of them is made again and again. */
const MAX_KEPT_SETS = 10_000

/** Of the same labels, as far as metrics show them, the answer is the same object. */
function createLabelReader(keys: readonly LabelKey[]): (labels: Labels) => MetricAttributes {
  const kept = createListMap<MetricAttributes>(MAX_KEPT_SETS)
  const values: (string | undefined)[] = keys.map(() => undefined)
  return (labels) => {
    for (let index = 0; index < keys.length; index++) values[index] = labels[keys[index]![0]]
    return kept.recall(values, () => {
      const attributes: Record<string, string> = {}
      for (const [index, [, key]] of keys.entries()) {
        const value = values[index]
        if (value !== undefined) attributes[key] = value
      }
      return attributes
    })
  }
}

interface Points {
  readonly described: Described
  add(attributes: MetricAttributes, figures: readonly bigint[]): void
  listKeys(): readonly string[]
  /** The points of admitted sets, and one for all others. */
  fold(admitted: ReadonlySet<string>): readonly CostPoint[]
}

/** Adds up by attribute set; where all figures are 0 there is nothing to show. */
function createPoints(described: Described): Points {
  const points = new Map<string, { attributes: MetricAttributes; figures: bigint[] }>()
  return {
    described,
    add(attributes, figures) {
      if (figures.every((figure) => figure === 0n)) return
      const key = toSetKey(attributes)
      const point = points.get(key)
      if (point === undefined) points.set(key, { attributes, figures: [...figures] })
      else addFigures(point.figures, figures)
    },
    listKeys: () => [...points.keys()],
    fold(admitted) {
      const folded: CostPoint[] = []
      let rest: bigint[] | undefined
      for (const [key, point] of points) {
        if (admitted.has(key)) folded.push(point)
        else if (rest === undefined) rest = point.figures
        else addFigures(rest, point.figures)
      }
      return rest === undefined ? folded : [...folded, { attributes: OVERFLOW, figures: rest }]
    },
  }
}

function addFigures(into: bigint[], more: readonly bigint[]): void {
  for (const [index, figure] of more.entries()) into[index] = into[index]! + figure
}
