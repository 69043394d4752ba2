import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'

function readTraces(...destinations: string[]): unknown {
  const read = readConfig(`forward: {traces: [${destinations.join(', ')}]}`, {})
  return read.kind === 'config'
    ? read.config.forward.traces
    : read.faults.map(({ path, message }) => `${path}: ${message}`)
}

const HTTP = 'protocol: http, endpoint: "http://a"'

test('several destinations, one of them best-effort, with zstd', () => {
  const [first, second] = [`{${HTTP}}`, `{${HTTP}, require: best_effort, compression: zstd}`]
  expect(readTraces(first, second)).toMatchObject([
    { isRequired: true, compression: 'gzip' },
    { isRequired: false, compression: 'zstd' },
  ])
})

test('more destinations than may be', () => {
  expect(readTraces(...Array<string>(9).fill(`{${HTTP}}`))).toHaveLength(1)
})

test('zstd over gRPC', () => {
  expect(readTraces('{protocol: grpc, endpoint: "a:1", compression: zstd}')).toEqual([
    'forward.traces[0].compression: `zstd` only over HTTP',
  ])
})

test.each(['Content-Type', 'content-encoding', 'Content-Length', 'host', 'grpc-timeout', 'TE'])(
  'a header that we write: %s',
  (header) => {
    expect(readTraces(`{${HTTP}, headers: {${header}: x}}`)).toEqual([
      `forward.traces[0].headers.${header}: this header is written by the processor itself`,
    ])
  },
)
