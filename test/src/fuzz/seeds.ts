/** Requests that are right, of all signals and in both encodings, to be spoiled. */
import { BY_HAND } from '../end-to-end/by-hand.ts'
import { encodeTraces, makeChatSpan, makeTraces, type TracesJson } from '../end-to-end/requests.ts'
import { SIGNALS, type Encoding, type Signal } from '../conformance/otlp/case.ts'
import { makeRequest, makeTraces as makeValue, VALUES } from '../conformance/otlp/messages.ts'

export interface Seed {
  readonly signal: Signal
  readonly encoding: Encoding
  readonly body: Buffer
}

const AGENT = makeTraces([
  makeChatSpan(1, { model: 'gpt-4o', input: 1234, cacheRead: 234, output: 56 }),
  makeChatSpan(2, { provider: 'anthropic', model: 'claude-sonnet-4-5', input: 1001, output: 99 }),
  makeChatSpan(3, { model: 'gpt-of-nobody', input: 5, output: 7 }),
])

/** Requests for traces as trees, in which members can be changed. */
export const TREES: readonly object[] = [BY_HAND, AGENT, AGENT]

const TRACES = [BY_HAND as unknown as TracesJson, AGENT, AGENT].flatMap((json): Seed[] => [
  { signal: 'traces', encoding: 'protobuf', body: encodeTraces(json) },
  { signal: 'traces', encoding: 'json', body: Buffer.from(JSON.stringify(json)) },
])

export const SEEDS: readonly Seed[] = [
  ...TRACES,
  ...(['protobuf', 'json'] as const).flatMap((encoding) => [
    ...SIGNALS.map((signal) => ({ signal, encoding, body: makeRequest(signal, encoding, 'fuzz') })),
    ...Object.values(VALUES).map((value): Seed => {
      return { signal: 'traces', encoding, body: makeValue(encoding, 'fuzz', value) }
    }),
  ]),
]
