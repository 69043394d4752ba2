import {
  context,
  createContextKey,
  diag,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api'

/** What spend is grouped by, as the application knows it. */
export interface CostDimensions {
  readonly tenant?: string
  readonly team?: string
  readonly project?: string
  readonly feature?: string
  readonly task?: string
  /** An id, better one that stands for a person than a name or an address. */
  readonly userId?: string
}

export type CostDimension = keyof CostDimensions

/** The span attribute of each dimension; no other key is ever taken over. */
const COST_DIMENSION_ATTRIBUTES: Readonly<Record<CostDimension, string>> = {
  tenant: 'spancost.tenant',
  team: 'spancost.team',
  project: 'spancost.project',
  feature: 'spancost.feature',
  task: 'spancost.task',
  userId: 'user.id',
}

/** An id that is cut could be another's, so a longer value is left out. */
const MAX_LENGTH = 256

/** So many different values of one dimension a process may write; what comes then is `_other`. */
const MAX_VALUES = 10_000

/** Not baggage, which goes out with every request. Context keys are global symbols. */
const KEY = createContextKey('spancost cost dimensions')

/**
 * Runs `fn`; every span below it, across awaits, gets these dimensions. Inner calls add to those of
 * outer ones and replace them by name.
 */
export function withCostDimensions<T>(dimensions: CostDimensions, fn: () => T): T {
  return context.with(setCostDimensions(context.active(), dimensions), fn)
}

export function setCostDimensions(ctx: Context, dimensions: CostDimensions): Context {
  return ctx.setValue(KEY, { ...getCostDimensions(ctx), ...keepValid(dimensions) })
}

export function getCostDimensions(ctx: Context): CostDimensions {
  return ctx.getValue(KEY) ?? {}
}

/** The dimensions of a context as span attributes. */
export function describeCostDimensions(
  ctx: Context,
  allowed: readonly CostDimension[] = COST_DIMENSIONS,
): Attributes {
  const attributes: Attributes = {}
  if (ctx.getValue(KEY) === undefined) return attributes
  const dimensions = getCostDimensions(ctx)
  for (const name of allowed) {
    const value = dimensions[name]
    if (value !== undefined) attributes[COST_DIMENSION_ATTRIBUTES[name]] = limit(name, value)
  }
  return attributes
}

/** A span processor of the SDKs 2.x and 3.x. */
export interface CostDimensionsProcessor {
  onStart(span: Span, parentContext: Context): void
  onEnd(): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/**
 * Puts the dimensions of its context on every span as it starts, whoever makes it.
 *
 * @param allowed which of them; by default, all
 */
export function createCostDimensionsProcessor(
  allowed: readonly CostDimension[] = COST_DIMENSIONS,
): CostDimensionsProcessor {
  return {
    onStart(span, parentContext) {
      if (parentContext.getValue(KEY) === undefined) return
      span.setAttributes(describeCostDimensions(parentContext, allowed))
    },
    onEnd: () => undefined,
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  }
}

export const COST_DIMENSIONS = Object.keys(COST_DIMENSION_ATTRIBUTES) as readonly CostDimension[]

/** Callers of JavaScript hand over anything. */
function keepValid(dimensions: CostDimensions): CostDimensions {
  const valid: { -readonly [Name in CostDimension]?: string } = {}
  for (const name of COST_DIMENSIONS) {
    const value: unknown = dimensions[name]
    if (typeof value === 'string' && value !== '' && value.length <= MAX_LENGTH) valid[name] = value
    else if (value !== undefined) {
      diag.warn(`spancost: ${name} is left out: it must be a text of 1 to ${MAX_LENGTH} characters`)
    }
  }
  return valid
}

const valuesByDimension = new Map<CostDimension, Set<string>>()

function limit(name: CostDimension, value: string): string {
  const values = valuesByDimension.get(name) ?? new Set()
  if (values.has(value)) return value
  if (values.size >= MAX_VALUES) return '_other'
  valuesByDimension.set(name, values.add(value))
  if (values.size === MAX_VALUES) {
    diag.warn(`spancost: more than ${MAX_VALUES} values of ${name}; further ones are _other`)
  }
  return value
}
