import { expect, test } from 'vitest'
import { renderScreen } from './screen.ts'

const ENDPOINTS = { grpc: '127.0.0.1:1', http: '127.0.0.1:2', api: '127.0.0.1:3' }
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const SCREEN = {
  spend: {
    models: [
      {
        model: 'gpt-4o-2024-08-06',
        cost: '0.00504',
        operations: 1,
        unpriced: 0,
        tokens: { input: 304, cache_read: 1536, output: 236, reasoning: 0 },
      },
      {
        model: 'own-model',
        cost: '0',
        operations: 2,
        unpriced: 2,
        tokens: { input: 70, cache_read: 0, output: 9, reasoning: 0 },
      },
    ],
    total: {
      cost: '0.00504',
      operations: 3,
      unpriced: 2,
      tokens: { input: 374, cache_read: 1536, output: 245, reasoning: 0 },
    },
    traces: [
      {
        traceId: TRACE_ID,
        cost: '0.00504',
        operations: 3,
        unpriced: 2,
        tokens: { input: 374, cache_read: 1536, output: 245, reasoning: 0 },
      },
    ],
  },
  subjects: new Map([
    [TRACE_ID, 'T-1001 Charged twice'],
    ['0af7651916cd43dd8448eb211c80319c', 'T-1002 Of no cost'],
  ]),
  endpoints: ENDPOINTS,
  ledger: '.spancost/demo/ledger.db',
}

test('the screen says what was spent and what to do next, in 100 columns', () => {
  const screen = renderScreen(SCREEN, (text) => text)
  expect(screen).toBe(`  A support desk sorted 2 tickets with 3 calls to 2 models, for 0.00504 USD.

  model              calls  input  cached  output  reasoning      USD  unpriced
  ─────────────────────────────────────────────────────────────────────────────
  gpt-4o-2024-08-06      1    304    1536     236          0  0.00504         0
  own-model              2     70       0       9          0                  2
  total                  3    374    1536     245          0  0.00504         2

  trace     ticket                calls  input  cached  output  reasoning      USD  unpriced
  ──────────────────────────────────────────────────────────────────────────────────────────
  4bf92f35  T-1001 Charged twice      3    374    1536     245          0  0.00504         2

  Cached tokens are input, reasoning is output; no token is in two columns.

  Look closer   curl 'http://127.0.0.1:3/api/v1/spend?by=model'
                curl http://127.0.0.1:3/api/v1/traces/4bf92f3577b34da6a3ce929d0e0e4736
                curl http://127.0.0.1:3/metrics

  Send spans    export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:2
                export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf

  A Collector   exporters: { otlp_http/spancost: { endpoint: "http://127.0.0.1:2" } }
                service:
                  pipelines:
                    traces: { receivers: [otlp], exporters: [otlp_http/spancost] }

  For real      With a spancost.yaml in this folder, npm start runs the processor itself.
                The demo's ledger is .spancost/demo/ledger.db; each demo begins a new one.

  Ctrl-C ends the demo.`)
  expect(Math.max(...screen.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
})

test('only headings stand out', () => {
  const plain = renderScreen(SCREEN, (text) => text)
  const strong = renderScreen(SCREEN, (text) => `<${text}>`)
  expect(strong.replaceAll(/[<>]/g, '')).toBe(plain)
  expect(strong).toContain('<model ')
  expect(strong).toContain('<Look closer ')
  expect(strong).not.toContain('<gpt-4o')
})
