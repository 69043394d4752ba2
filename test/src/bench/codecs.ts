import { KEYS, MARKS } from '@spancost/genai'
import {
  createAttributeBlock,
  scanTraces,
  type Encoding,
  type NewAttribute,
  type Scan,
  type ScanKeys,
} from '@spancost/otlp'
import { TracesType } from './batches.ts'

/**
 * The same work by several codecs: find the GenAI spans, read what a price needs, add what the
 * processor adds, and give the request's bytes. A codec answers something that depends on its work,
 * so that no compiler can leave the work out.
 */
export const CODECS: Readonly<Record<string, (batch: Uint8Array) => Uint8Array | number>> = {
  memcpy: (batch) => {
    copied.set(batch)
    return copied[batch.length - 1]!
  },
  scan: (batch) => scan(batch, 'protobuf').spans.length,
  'scan+patch': (batch) => scanAndPatch(batch, 'protobuf'),
  protobufjs: decodeAndEncode,
  'JSON scan+patch': (batch) => scanAndPatch(batch, 'json'),
  'JSON.parse': parseAndStringify,
}

/** Which codecs want their batches as OTLP/JSON. */
export function takesJson(codec: string): boolean {
  return codec.startsWith('JSON')
}

export function toJson(batch: Uint8Array): Uint8Array {
  const request = TracesType.toObject(TracesType.decode(batch), { longs: String })
  const isId = (key: string): boolean => /^(traceId|spanId|parentSpanId)$/.test(key)
  const json = JSON.stringify(request, function (this: Record<string, unknown>, key, value) {
    return isId(key) ? Buffer.from(this[key] as Uint8Array).toString('hex') : (value as unknown)
  })
  return Buffer.from(json)
}

/** As the processor asks with its built-in dimensions. */
export const SCAN_KEYS: ScanKeys = {
  marks: MARKS,
  span: [
    ...KEYS,
    'spancost.tenant',
    'spancost.team',
    'spancost.project',
    'spancost.feature',
    'spancost.task',
    'user.id',
    'session.id',
    'gen_ai.conversation.id',
    'gen_ai.agent.name',
    'deployment.environment.name',
    'gen_ai.usage.cost',
  ],
  shared: ['service.name', 'spancost.tenant', 'spancost.team', 'deployment.environment.name'],
  own: [
    'spancost.cost.status',
    'spancost.cost.reason',
    'spancost.cost.standing',
    'spancost.cost.source',
    'spancost.cost.total',
    'spancost.cost.exact',
    'spancost.cost.currency',
    'spancost.price.card',
    'spancost.price.book',
    'spancost.cost.input',
    'spancost.cost.output',
    'spancost.cost.cache_read',
    'spancost.cost.cache_write',
    'spancost.cost.other',
  ],
}

const copied = new Uint8Array(64 * 1024 * 1024)

function scan(batch: Uint8Array, encoding: Encoding): Scan {
  const result = scanTraces(batch, encoding, SCAN_KEYS)
  if (result.kind !== 'scanned') throw new Error(result.reason)
  return result.scan
}

function scanAndPatch(batch: Uint8Array, encoding: Encoding): Uint8Array {
  const { spans, patch } = scan(batch, encoding)
  // What has no GenAI span is forwarded as it came.
  if (spans.length === 0) return batch
  return patch(
    spans.map((span) => {
      const tokens = Number(span.attributes.get('gen_ai.usage.input_tokens'))
      return { span, block: SHARED_BLOCK, attributes: createAmounts(tokens) }
    }),
  )
}

/** The ten of an operation that has a price: six that spans of one model share, four amounts. */
const SHARED: readonly NewAttribute[] = [
  { key: 'spancost.cost.status', value: 'priced' },
  { key: 'spancost.cost.standing', value: 'counted' },
  { key: 'spancost.price.book', value: 'genai-prices@0.1.8' },
  { key: 'spancost.cost.source', value: 'book' },
  { key: 'spancost.price.card', value: 'openai/gpt-5-mini' },
  { key: 'spancost.cost.currency', value: 'USD' },
]
const SHARED_BLOCK = createAttributeBlock(SHARED)

/** Any figure will do, if it differs between spans. */
function createAmounts(tokens: number): readonly NewAttribute[] {
  const amount = tokens / 1e6
  return [
    { key: 'spancost.cost.total', value: amount },
    { key: 'spancost.cost.exact', value: '0.0238275' },
    { key: 'spancost.cost.input', value: amount / 2 },
    { key: 'spancost.cost.output', value: amount / 2 },
  ]
}

interface OracleAttribute {
  readonly key: string
  readonly value: { stringValue?: string; doubleValue?: number; intValue?: unknown }
}

interface OracleRequest {
  readonly resourceSpans: {
    readonly scopeSpans: { readonly spans: { readonly attributes: OracleAttribute[] }[] }[]
  }[]
}

/** The generated classes of opentelemetry-js (protobufjs, static); encodes without GenAI spans too. */
function decodeAndEncode(batch: Uint8Array): Uint8Array {
  const request = TracesType.decode(batch) as OracleRequest
  patchDecoded(request)
  return TracesType.encode(request).finish()
}

function parseAndStringify(batch: Uint8Array): Uint8Array {
  const request = JSON.parse(new TextDecoder().decode(batch)) as OracleRequest
  patchDecoded(request)
  return Buffer.from(JSON.stringify(request))
}

const marks = new Set(MARKS)

function patchDecoded({ resourceSpans }: OracleRequest): void {
  for (const { scopeSpans } of resourceSpans) {
    for (const { spans } of scopeSpans) {
      for (const { attributes } of spans) {
        if (!attributes.some(({ key }) => marks.has(key))) continue
        const tokens = attributes.find(({ key }) => key === 'gen_ai.usage.input_tokens')
        for (const { key, value } of [
          ...SHARED,
          ...createAmounts(Number(tokens?.value.intValue)),
        ]) {
          const isText = typeof value === 'string'
          attributes.push({
            key,
            value: isText ? { stringValue: value } : { doubleValue: Number(value) },
          })
        }
      }
    }
  }
}
