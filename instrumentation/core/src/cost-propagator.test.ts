import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  propagation,
  ROOT_CONTEXT,
  trace,
} from '@opentelemetry/api'
import { W3CBaggagePropagator } from '@opentelemetry/core'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { expect, test } from 'vitest'
import { getCostDimensions, setCostDimensions } from './cost-dimensions.ts'
import { createCostPropagator } from './cost-propagator.ts'

const tracer = new TracerProvider({ spanProcessors: [] }).getTracer('test')
const DIMENSIONS = { tenant: 'acme', userId: 'u 1' }

function send(attributes: Readonly<Record<string, string>> | undefined): unknown {
  const propagator = createCostPropagator(new W3CBaggagePropagator(), {
    sendTo: ['billing.internal', '*.svc.local'],
  })
  let ctx = setCostDimensions(ROOT_CONTEXT, DIMENSIONS)
  ctx = propagation.setBaggage(ctx, propagation.createBaggage({ theirs: { value: 'kept' } }))
  if (attributes) ctx = trace.setSpan(ctx, tracer.startSpan('POST', { attributes }))
  const carrier: Record<string, string> = {}
  propagator.inject(ctx, carrier, defaultTextMapSetter)
  return carrier['baggage']
}

const ALL = 'theirs=kept,spancost.tenant=acme,spancost.userId=u%201'

test.each([
  ['a listed host', { 'server.address': 'billing.internal' }, ALL],
  ['in other letters', { 'server.address': 'Billing.Internal' }, ALL],
  ['a host below a listed one', { 'url.full': 'https://a.b.svc.local/x' }, ALL],
  ['by the older names', { 'net.peer.name': 'billing.internal' }, ALL],
  ['a model provider', { 'server.address': 'api.anthropic.com' }, 'theirs=kept'],
  ['a host that ends alike', { 'server.address': 'evil-billing.internal' }, 'theirs=kept'],
  ['one that begins alike', { 'server.address': 'billing.internal.evil.com' }, 'theirs=kept'],
  [
    'a name against the URL',
    { 'server.address': 'billing.internal', 'url.full': 'https://evil.com/' },
    'theirs=kept',
  ],
  ['a span that tells no host', {}, 'theirs=kept'],
  ['no span', undefined, 'theirs=kept'],
])('%s gets what it may', (_, attributes, baggage) => {
  expect(send(attributes)).toBe(baggage)
})

function receive(trustInbound: boolean) {
  const propagator = createCostPropagator(new W3CBaggagePropagator(), { trustInbound })
  const carrier = { baggage: 'theirs=kept,spancost.tenant=acme,spancost.password=x' }
  const ctx = propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
  const left = propagation.getBaggage(ctx)?.getAllEntries() ?? []
  return { dimensions: getCostDimensions(ctx), baggage: left.map(([key]) => key) }
}

test('what callers send is not believed, and not passed on', () => {
  expect(receive(false)).toEqual({ dimensions: {}, baggage: ['theirs', 'spancost.password'] })
})

test('behind an edge that is trusted, it is taken over by name', () => {
  expect(receive(true)).toEqual({
    dimensions: { tenant: 'acme' },
    baggage: ['theirs', 'spancost.password'],
  })
})
