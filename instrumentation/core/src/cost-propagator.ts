import {
  propagation,
  trace,
  type Baggage,
  type Context,
  type TextMapPropagator,
} from '@opentelemetry/api'
import {
  COST_DIMENSIONS,
  getCostDimensions,
  setCostDimensions,
  type CostDimension,
} from './cost-dimensions.ts'
import { readMember, readServer, readText } from './request-values.ts'

export interface CostPropagatorOptions {
  /** Hosts that get the dimensions as baggage: `billing.internal`, or `*.internal` for all below. */
  readonly sendTo?: readonly string[]
  /** Take over the dimensions that callers send. Only behind an edge that sets them itself. */
  readonly trustInbound?: boolean
}

/**
 * Lets cost dimensions pass from service to service, as baggage, over a propagator that carries
 * baggage. They leave the process for the listed hosts only. The host is told by the span of the
 * request, which HTTP instrumentations put into the context; where nothing tells it, nothing is sent.
 */
export function createCostPropagator(
  inner: TextMapPropagator,
  { sendTo = [], trustInbound = false }: CostPropagatorOptions = {},
): TextMapPropagator {
  return {
    fields: () => inner.fields(),
    inject(ctx, carrier, setter) {
      const isListed = sendTo.length > 0 && matchesHost(sendTo, findHost(ctx))
      inner.inject(isListed ? addBaggage(ctx) : ctx, carrier, setter)
    },
    extract(ctx, carrier, getter) {
      const extracted = inner.extract(ctx, carrier, getter)
      const baggage = propagation.getBaggage(extracted)
      return baggage === undefined ? extracted : takeBaggage(extracted, baggage, trustInbound)
    },
  }
}

const baggageKey = (name: CostDimension): string => `spancost.${name}`

function addBaggage(ctx: Context): Context {
  let baggage = propagation.getBaggage(ctx) ?? propagation.createBaggage()
  const dimensions = getCostDimensions(ctx)
  for (const name of COST_DIMENSIONS) {
    const value = dimensions[name]
    if (value !== undefined) baggage = baggage.setEntry(baggageKey(name), { value })
  }
  return propagation.setBaggage(ctx, baggage)
}

/** Taken over or not, they leave the baggage, which goes on to every host. */
function takeBaggage(ctx: Context, baggage: Baggage, isTrusted: boolean): Context {
  const told: { [Name in CostDimension]?: string } = {}
  let rest = baggage
  for (const name of COST_DIMENSIONS) {
    const value = baggage.getEntry(baggageKey(name))?.value
    if (value === undefined) continue
    told[name] = value
    rest = rest.removeEntry(baggageKey(name))
  }
  if (rest === baggage) return ctx
  const cleaned = propagation.setBaggage(ctx, rest)
  return isTrusted ? setCostDimensions(cleaned, told) : cleaned
}

/** By the conventions of HTTP spans, today's and those before. */
function findHost(ctx: Context): string | undefined {
  const attributes = readMember(trace.getSpan(ctx), 'attributes')
  const named = ['server.address', 'net.peer.name', 'http.host'].map((key) =>
    readText(readMember(attributes, key)),
  )
  const url = readServer(readMember(attributes, 'url.full') ?? readMember(attributes, 'http.url'))
  return url?.address ?? named.find((name) => name !== undefined)
}

function matchesHost(patterns: readonly string[], host: string | undefined): boolean {
  const name = host?.toLowerCase()
  if (name === undefined) return false
  return patterns.some((pattern) =>
    pattern.startsWith('*.') ? name.endsWith(pattern.slice(1)) : name === pattern.toLowerCase(),
  )
}
