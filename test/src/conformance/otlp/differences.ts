/** In which cases a receiver is known to do something else, by case id, and why. */
import { ENCODINGS, SIGNALS } from './case.ts'

export type Differences = Readonly<Record<string, readonly string[]>>

function inBothEncodings(prefix: string, ...names: string[]): string[] {
  return ENCODINGS.flatMap((encoding) => names.map((name) => `${prefix}/${encoding}/${name}`))
}

/** The processor of this project. */
export const SPANCOST_DIFFERENCES: Differences = {}

/** The OpenTelemetry Collector 0.159 with an otlp receiver and an otlp_http exporter. */
export const COLLECTOR_DIFFERENCES: Differences = {
  'every response has a partial success, an empty one, where it must be unset': [
    'grpc/partial-success-unset',
    'http/partial-success-unset/json',
    'http/partial-success-unset/protobuf',
  ],
  'what is too large is answered with 400, not 413': [
    ...inBothEncodings(
      'http/limit',
      'plain',
      'chunked',
      ...['gzip', 'deflate', 'zstd'].flatMap((coding) => [
        `${coding}-bomb`,
        `${coding}-one-byte-over`,
      ]),
    ),
    'connection/after-413',
  ],
  'a body is asked for ("100 Continue") before its announced length is looked at': [
    'connection/expect-continue-too-large',
  ],
  'names of codings are compared by case, and `identity` is not known': inBothEncodings(
    'http/compression',
    'identity',
    'upper-case',
  ),
  'answers with 404 and 405 are plain text, not a Status, and 405 comes without Allow': [
    ...inBothEncodings('http/method', 'get', 'put', 'patch', 'delete', 'options'),
    ...inBothEncodings('http/path', 'unknown', 'root', 'longer', 'upper-case'),
    'http/method/allow',
  ],
  'by `deflate` it understands zlib alone (RFC 9110), not the bare form': [
    'http/compression/json/deflate-bare',
    'http/compression/protobuf/deflate-bare',
  ],
  'over gRPC it knows gzip, snappy and zstd': ['grpc/http2/deflate'],
  'its JSON reader knows no null for a string': ['json/null-members'],
  'its JSON reader ignores what stands behind the request': ['json/trailing-text'],
  'its own error message is no valid UTF-8, and cannot be written as a Status: 500': [
    'json/protobuf-inside',
  ],
  'fields that it does not know are left out of what it passes on': [
    ...['message', 'varint', 'fixed64', 'fixed32'].flatMap((kind) => [
      `protobuf/keeps-${kind}-in-span`,
      `protobuf/keeps-${kind}-in-request`,
    ]),
    'json/keeps-unknown-in-request',
    'json/keeps-unknown-in-span',
  ],
  'over gRPC, what cannot be decoded is INTERNAL, not INVALID_ARGUMENT': SIGNALS.flatMap(
    (signal) => [`grpc/${signal}/no-request`, `grpc/${signal}/cut-off`],
  ).concat('grpc/profiles/no-request'),
  'when to come again is not passed on from the next hop': [
    ...inBothEncodings('hop', 'unavailable-for-a-while', 'too-many'),
    'hop/grpc/unavailable-for-a-while',
    'hop/grpc/too-many',
  ],
}
