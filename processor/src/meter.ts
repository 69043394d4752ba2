import { ATTR_ERROR_TYPE, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions'
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_TOKEN_TYPE,
} from '@spancost/genai'
import { TOKEN_TYPES, type Labels, type Store, type Total } from '@spancost/ledger'
import { COST_PARTS } from '@spancost/pricing'
import type { Dimension } from './config.ts'

export type MetricAttributes = Readonly<Record<string, string | boolean>>

/** A monotonic, cumulative sum since the ledger began. */
export interface CostMetric {
  readonly name: string
  readonly description: string
  readonly unit: string
  /** `atto`: values are in 1e-18 of the unit; `whole`: they are counts. */
  readonly scale: 'atto' | 'whole'
  readonly points: readonly { readonly attributes: MetricAttributes; readonly value: bigint }[]
}

/** Beyond this many attribute sets a metric's remainder goes into one point that says so. */
const MAX_ATTRIBUTE_SETS = 2000

const OVERFLOW: MetricAttributes = { 'otel.metric.overflow': true }

/**
 * The cost metrics as they stand in the ledger now. They are read, not kept: they go on where they
 * were after a restart, and cannot differ from the ledger.
 */
export async function readCostMetrics(
  store: Store,
  dimensions: readonly Dimension[],
): Promise<readonly CostMetric[]> {
  const attributesOf = createLabelReader(dimensions)
  const cost = createSum()
  const tokens = createSum()
  const operations = createSum()
  for (const total of await store.totals()) {
    const common = attributesOf(total.labels)
    for (const part of COST_PARTS) {
      cost.add({ ...common, 'spancost.cost.part': part }, total.parts[part])
    }
    for (const type of TOKEN_TYPES) {
      tokens.add({ ...common, [ATTR_GEN_AI_TOKEN_TYPE]: type }, total.tokens[type])
    }
    operations.add({ ...common, ...outcomeOf(total) }, total.operations)
  }
  return [
    {
      name: 'spancost.cost',
      description: 'Cost of GenAI operations; the parts add up to the total.',
      unit: '{USD}',
      scale: 'atto',
      points: cost.points(),
    },
    {
      name: 'spancost.tokens',
      description: 'Tokens of GenAI operations, each counted under one type only.',
      unit: '{token}',
      scale: 'whole',
      points: tokens.points(),
    },
    {
      name: 'spancost.operations',
      description: 'GenAI operations, by whether they could be priced.',
      unit: '{operation}',
      scale: 'whole',
      points: operations.points(),
    },
  ]
}

function outcomeOf({ status, errorType }: Total): MetricAttributes {
  return {
    'spancost.cost.status': status,
    ...(errorType !== undefined && { [ATTR_ERROR_TYPE]: errorType }),
  }
}

/** From the ledger's label names to attribute keys; dimensions that metrics lack drop out. */
function createLabelReader(dimensions: readonly Dimension[]): (labels: Labels) => MetricAttributes {
  const keys: [label: string, key: string][] = [
    ['provider', ATTR_GEN_AI_PROVIDER_NAME],
    ['model', ATTR_GEN_AI_RESPONSE_MODEL],
    ['operation', ATTR_GEN_AI_OPERATION_NAME],
    ['service', ATTR_SERVICE_NAME],
  ]
  for (const { name, from, metric } of dimensions) {
    const key = from[0]
    if (metric && key !== undefined) keys.push([name, key])
  }
  return (labels) => {
    const attributes: Record<string, string> = {}
    for (const [name, key] of keys) {
      const value = labels[name]
      if (value !== undefined) attributes[key] = value
    }
    return attributes
  }
}

/** Adds up by attribute set. Sets that came first stay when there are too many. */
function createSum() {
  const points = new Map<string, { attributes: MetricAttributes; value: bigint }>()
  return {
    add(attributes: MetricAttributes, value: bigint): void {
      if (value === 0n) return
      const key = JSON.stringify(Object.entries(attributes))
      const isKnown = points.has(key)
      const isFull = !isKnown && points.size >= MAX_ATTRIBUTE_SETS
      const at = isFull ? 'overflow' : key
      const point = points.get(at)
      if (point !== undefined) point.value += value
      else points.set(at, { attributes: isFull ? OVERFLOW : attributes, value })
    },
    points: () => [...points.values()],
  }
}
