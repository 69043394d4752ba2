/**
 * Trace requests as applications send them, and no two alike: a batch that is sent again and again
 * is learned by the branch predictor, which flatters a scan by a third. Written by the oracle.
 */
import oracle from 'otlp-oracle/build/src/generated/root.js'

export interface BatchShape {
  readonly spans: number
  /**
   * Of the spans, in percent: the GenAI ones. They stand together: at least half of the spans of a
   * trace that has some.
   */
  readonly genAiPercent: number
  /** Attributes of a span that is not GenAI; 10 where absent. GenAI spans have 20. */
  readonly attributes?: number
  /** ScopeSpans that each resource's spans are cut into; by kind of span where absent. */
  readonly scopes?: number
  /** Which GenAI spans have 4 to 8 kB of text; some three in ten where absent. */
  readonly content?: 'none' | 'all'
}

/** A whole number from 0 up to `count` - 1. */
type Choose = (count: number) => number

interface Attribute {
  readonly key: string
  readonly value: object
}

interface Span {
  readonly kind: 'genai' | 'http' | 'pg'
  readonly message: object
}

interface OracleType {
  fromObject(object: object): object
  toObject(message: object, options: object): object
  encode(message: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): object
}

/** The generated class; its typings say only that there is a root. */
export const TracesType = (
  oracle as unknown as {
    opentelemetry: {
      proto: { collector: { trace: { v1: { ExportTraceServiceRequest: OracleType } } } }
    }
  }
).opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest

const RESOURCES = 4
const SPANS_PER_TRACE = 8

/** The same `seed` gives the same batch, in every process. */
export function createBatch(shape: BatchShape, seed: number): Uint8Array {
  const choose = createChoose(seed)
  const place = createPlaces(shape, choose)
  const resourceSpans = Array.from({ length: RESOURCES }, (_, index) => {
    const first = Math.floor((index * shape.spans) / RESOURCES)
    const last = Math.floor(((index + 1) * shape.spans) / RESOURCES)
    const spans: Span[] = []
    for (let at = first; at < last; at++) spans.push(createSpan(shape, place(at), choose))
    return { resource: createResource(index, choose), scopeSpans: createScopes(shape, spans) }
  })
  return TracesType.encode(TracesType.fromObject({ resourceSpans })).finish()
}

/** The usual linear congruential generator; its upper bits are random enough for test data. */
function createChoose(seed: number): Choose {
  let state = seed >>> 0
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * count)
  }
}

function createResource(index: number, choose: Choose): object {
  const attributes = [
    text('service.name', `shop-${['checkout', 'search', 'support', 'catalog'][index]}`),
    text('service.version', `2.${choose(30)}.${choose(10)}`),
    text('deployment.environment.name', 'production'),
    text('host.name', `ip-10-0-${choose(256)}-${choose(256)}.eu-central-1.compute.internal`),
    text('telemetry.sdk.language', 'nodejs'),
    text('telemetry.sdk.name', 'opentelemetry'),
    text('k8s.pod.name', `shop-${randomText(16, choose)}`),
    int('process.pid', choose(60_000)),
  ]
  return { attributes }
}

const SCOPE_NAMES = {
  http: '@opentelemetry/instrumentation-http',
  pg: '@opentelemetry/instrumentation-pg',
  genai: '@spancost/instrumentation-openai',
}

function createScopes({ scopes }: BatchShape, spans: readonly Span[]): object[] {
  const groups =
    scopes === undefined
      ? Object.values(Object.groupBy(spans, ({ kind }) => kind))
      : Object.values(Object.groupBy(spans, (_, index) => index % scopes))
  return groups.map((group = []) => ({
    scope: { name: SCOPE_NAMES[group[0]!.kind], version: '0.223.0' },
    spans: group.map(({ message }) => message),
  }))
}

/** Where a span is in its trace, and whether it is GenAI. */
interface Place {
  readonly isGenAi: boolean
  readonly traceId: Uint8Array
  readonly spanId: Uint8Array
  readonly parentSpanId: Uint8Array
}

const NO_PARENT = new Uint8Array()

/** Asked for the spans of a batch in their order: a trace is a tree of eight spans in a row. */
function createPlaces({ genAiPercent }: BatchShape, choose: Choose): (at: number) => Place {
  const percentInside = Math.max(50, genAiPercent)
  const percentOfTraces = (100 * genAiPercent) / percentInside
  // Small batches have a few such traces, or none; which of them is a matter of chance.
  const firstTrace = choose(100)
  let traceId: Uint8Array = NO_PARENT
  let ids: Uint8Array[] = []
  return (at) => {
    const inTrace = at % SPANS_PER_TRACE
    if (inTrace === 0) {
      traceId = randomBytes(16, choose)
      ids = Array.from({ length: SPANS_PER_TRACE }, () => randomBytes(8, choose))
    }
    const trace = firstTrace + Math.floor(at / SPANS_PER_TRACE)
    const isGenAi = isOneOf(trace, percentOfTraces) && isOneOf(inTrace, percentInside)
    const parentSpanId = inTrace === 0 ? NO_PARENT : ids[(inTrace - 1) >> 1]!
    return { isGenAi, traceId, spanId: ids[inTrace]!, parentSpanId }
  }
}

/** Of all numbers so many percent, evenly spread. */
function isOneOf(number: number, percent: number): boolean {
  return Math.floor(((number + 1) * percent) / 100) > Math.floor((number * percent) / 100)
}

function createSpan(
  { attributes = 10, content }: BatchShape,
  { isGenAi, traceId, spanId, parentSpanId }: Place,
  choose: Choose,
): Span {
  const kind = isGenAi ? 'genai' : choose(2) === 0 ? 'http' : 'pg'
  const startMs = 1_793_613_600_000 + choose(1_000_000)
  const plain = kind === 'http' ? httpAttributes : pgAttributes
  return {
    kind,
    message: {
      traceId,
      spanId,
      parentSpanId,
      name: { genai: 'chat gpt-5-mini', http: 'GET /api/v2/products/:id', pg: 'pg.query:SELECT' }[
        kind
      ],
      kind: 3,
      startTimeUnixNano: `${startMs}${100_000 + choose(900_000)}`,
      endTimeUnixNano: `${startMs + choose(9000)}${100_000 + choose(900_000)}`,
      attributes: isGenAi
        ? genAiAttributes(content, choose)
        : padTo(plain(choose), attributes, choose),
      status: { code: choose(20) === 0 ? 2 : 0 },
      flags: 0x101,
    },
  }
}

function genAiAttributes(content: BatchShape['content'], choose: Choose): Attribute[] {
  const model = ['gpt-5', 'gpt-5-mini', 'gpt-4.1', 'o4-mini', 'gpt-4o-mini'][choose(5)]!
  const hasContent = content === undefined ? choose(10) < 3 : content === 'all'
  const last = hasContent
    ? text('gen_ai.input.messages', randomText(4096 + choose(4096), choose))
    : text('gen_ai.prompt.name', 'answer-question')
  return [
    text('gen_ai.operation.name', 'chat'),
    text('gen_ai.provider.name', 'openai'),
    text('gen_ai.request.model', model),
    text('gen_ai.response.model', `${model}-2026-08-07`),
    text('gen_ai.response.id', `chatcmpl-${randomText(24, choose)}`),
    {
      key: 'gen_ai.response.finish_reasons',
      value: { arrayValue: { values: [{ stringValue: 'stop' }] } },
    },
    int('gen_ai.usage.input_tokens', 200 + choose(20_000)),
    int('gen_ai.usage.output_tokens', 20 + choose(2000)),
    int('gen_ai.usage.cache_read.input_tokens', choose(200)),
    int('gen_ai.usage.reasoning.output_tokens', choose(20)),
    int('gen_ai.request.max_tokens', 4096),
    { key: 'gen_ai.request.temperature', value: { doubleValue: choose(10) / 10 } },
    text('gen_ai.output.type', 'text'),
    text('gen_ai.conversation.id', `conv_${randomText(20, choose)}`),
    text('gen_ai.agent.name', 'support-agent'),
    text('server.address', 'api.openai.com'),
    int('server.port', 443),
    text('user.id', `user-${choose(10_000)}`),
    text('openai.response.service_tier', 'default'),
    last,
  ]
}

function httpAttributes(choose: Choose): Attribute[] {
  return [
    text('http.request.method', 'GET'),
    text('url.full', `https://shop.example.com/api/v2/products/${choose(1_000_000)}?lang=en`),
    text('url.path', `/api/v2/products/${choose(1_000_000)}`),
    text('http.route', '/api/v2/products/:id'),
    int('http.response.status_code', choose(20) === 0 ? 404 : 200),
    text('server.address', 'shop.example.com'),
    int('server.port', 443),
    text('user_agent.original', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0 Safari/537.36'),
    text('network.peer.address', `10.0.${choose(256)}.${choose(256)}`),
    text('network.protocol.version', '1.1'),
  ]
}

function pgAttributes(choose: Choose): Attribute[] {
  return [
    text('db.system.name', 'postgresql'),
    text('db.namespace', 'shop'),
    text('db.operation.name', 'SELECT'),
    text('db.collection.name', ['products', 'orders', 'users'][choose(3)]!),
    text('db.query.text', `SELECT id, name, price FROM products WHERE id = $${choose(9)} LIMIT 50`),
    text('server.address', 'pg-primary.internal'),
    int('server.port', 5432),
    int('db.response.returned_rows', choose(50)),
    text('network.peer.address', `10.0.${choose(256)}.${choose(256)}`),
    text('thread.name', `worker-${choose(16)}`),
  ]
}

/** So many attributes, by leaving out the last or adding more of no known name. */
function padTo(attributes: Attribute[], count: number, choose: Choose): Attribute[] {
  for (let index = attributes.length; index < count; index++) {
    attributes.push(text(`app.label.${index}`, randomText(20, choose)))
  }
  return attributes.slice(0, count)
}

function text(key: string, stringValue: string): Attribute {
  return { key, value: { stringValue } }
}

function int(key: string, intValue: number): Attribute {
  return { key, value: { intValue } }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789 '

function randomText(length: number, choose: Choose): string {
  let result = ''
  while (result.length < length) result += LETTERS[choose(LETTERS.length)]
  return result
}

function randomBytes(length: number, choose: Choose): Uint8Array {
  return Uint8Array.from({ length }, () => choose(256))
}
