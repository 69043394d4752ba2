/** What has to hold for answers; a check throws where it does not. */
import assert from 'node:assert/strict'
import protobuf from 'protobufjs'
import { MEDIA_TYPES, type Encoding, type Forwarded, type Sink } from './case.ts'
import type { HttpAnswer } from './http-client.ts'
import { KEY, type Both } from './messages.ts'

/** google.rpc.Status, as far as OTLP/HTTP needs it. */
const Status = new protobuf.Type('Status')
  .add(new protobuf.Field('code', 1, 'int32'))
  .add(new protobuf.Field('message', 2, 'string'))

/** 200 with an Export*ServiceResponse in the encoding of the request that rejects nothing. */
export function checkAccepted(answer: HttpAnswer, encoding: Encoding): void {
  assert.equal(answer.status, 200, describe(answer))
  checkContentType(answer, encoding)
  checkNothingRejected(answer.body, encoding)
}

/** `partial_success` must be unset; one that is there and empty says the same, and has its own case. */
export function checkNothingRejected(body: Buffer, encoding: Encoding): void {
  const isEmpty =
    encoding === 'json' ? hasNoMembers(body) : /^(?:0a00)?$/.test(body.toString('hex'))
  assert(isEmpty, `a partial success: ${body.toString('latin1')}`)
}

function hasNoMembers(body: Buffer): boolean {
  const { partialSuccess, ...rest } = JSON.parse(body.toString()) as { partialSuccess?: object }
  return Object.keys({ ...partialSuccess, ...rest }).length === 0
}

/** One of these statuses, with a `Status` body that says why, in the encoding of the request. */
export function checkRefused(
  answer: HttpAnswer,
  encoding: Encoding,
  ...statuses: readonly number[]
): void {
  assert(statuses.includes(answer.status), `${describe(answer)}; expected ${statuses.join(' or ')}`)
  checkContentType(answer, encoding)
  assert.notEqual(readStatusMessage(answer, encoding), '', 'the Status has no message')
}

function readStatusMessage({ body }: HttpAnswer, encoding: Encoding): string {
  const status: unknown =
    encoding === 'json' ? JSON.parse(body.toString()) : Status.decode(body).toJSON()
  return (status as { message?: string }).message ?? ''
}

function checkContentType({ headers }: HttpAnswer, encoding: Encoding): void {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';')
  assert.equal(mediaType.trim(), MEDIA_TYPES[encoding], 'the content type of the answer')
}

export function describe({ status, body }: HttpAnswer): string {
  return `answered ${status} ${JSON.stringify(body.toString('latin1').slice(0, 100))}`
}

/** Of opentelemetry-proto 1.11, what leads to the attributes of a span. */
const Traces = protobuf
  .parse(
    `syntax = "proto3";
    message Traces { repeated ResourceSpans resource_spans = 1; }
    message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
    message ScopeSpans { repeated Span spans = 2; }
    message Span { repeated KeyValue attributes = 9; }
    message KeyValue { string key = 1; AnyValue value = 2; }
    message AnyValue {
      oneof value {
        string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
        ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
      }
    }
    message ArrayValue { repeated AnyValue values = 1; }
    message KeyValueList { repeated KeyValue values = 1; }`,
  )
  .root.lookupType('Traces')

/** The sink got a span of this name, with this attribute. */
export async function checkForwarded(sink: Sink, name: string, value: Both): Promise<void> {
  const forwarded = await sink.find(Buffer.from(name))
  assert.deepEqual(normalize(readAttribute(forwarded)), normalize(value.json))
}

interface JsonTraces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly { readonly attributes: readonly { key: string; value: unknown }[] }[]
    }[]
  }[]
}

function readAttribute({ body, encoding }: Forwarded): unknown {
  const { resourceSpans } = (
    encoding === 'json' ? JSON.parse(body.toString()) : Traces.decode(body).toJSON()
  ) as JsonTraces
  const [span] = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans))
  return span?.attributes.find(({ key }) => key === KEY)?.value
}

/** Numbers may be written as numbers or as strings. */
function normalize(value: unknown): unknown {
  const text = JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'number' ? String(part) : part,
  )
  return JSON.parse(text) as unknown
}
