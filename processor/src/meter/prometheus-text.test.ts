import { describe, expect, test } from 'vitest'
import type { CostMetric } from './cost-metric.ts'
import { chooseFormat, formatCosts, toOpenMetrics } from './prometheus-text.ts'

const COST: CostMetric = {
  name: 'spancost.cost',
  description: 'What it cost.',
  unit: '{USD}',
  kind: 'sum',
  scale: 'atto',
  points: [
    { attributes: { 'gen_ai.response.model': 'gpt-4o' }, figures: [3_500_000_000_000_000n] },
    { attributes: {}, figures: [1n] },
    { attributes: { 'otel.metric.overflow': true }, figures: [12_000_000_000_000_000_000n] },
  ],
}

const TOKENS: CostMetric = {
  name: 'spancost.tokens',
  description: 'How many.',
  unit: '{token}',
  kind: 'sum',
  scale: 'whole',
  points: [{ attributes: { type: 'input', service: 'a' }, figures: [9_007_199_254_740_993n] }],
}

const RATE: CostMetric = {
  name: 'spancost.cost.rate',
  description: 'How fast.',
  unit: '{USD}/h',
  kind: 'gauge',
  scale: 'atto',
  points: [{ attributes: {}, figures: [-5n * 10n ** 17n] }],
}

const DISTRIBUTION: CostMetric = {
  name: 'spancost.operation.cost',
  description: 'Each.',
  unit: '{USD}',
  kind: 'histogram',
  scale: 'atto',
  bounds: [0.0001, 1],
  points: [
    {
      attributes: { service: 'a' },
      figures: [2_000_050_000_000_000_000n, 2n, 0n, 1n],
      exemplars: [
        undefined,
        undefined,
        {
          traceId: '0af7651916cd43dd8448eb211c80319c',
          spanId: '00f067aa0ba902b1',
          costAtto: 2n * 10n ** 18n,
          unixMs: 1_785_578_400_007,
        },
      ],
    },
  ],
}

describe('Prometheus text', () => {
  test('values are exact decimals, in the order they came', () => {
    expect(formatCosts([COST, TOKENS, RATE], 'text')).toBe(`\
# HELP spancost_cost_total What it cost.
# TYPE spancost_cost_total counter
spancost_cost_total{gen_ai_response_model="gpt-4o"} 0.0035
spancost_cost_total 0.000000000000000001
spancost_cost_total{otel_metric_overflow="true"} 12
# HELP spancost_tokens_total How many.
# TYPE spancost_tokens_total counter
spancost_tokens_total{type="input",service="a"} 9007199254740993
# HELP spancost_cost_rate How fast.
# TYPE spancost_cost_rate gauge
spancost_cost_rate -0.5
`)
  })

  test('buckets hold all that is below them; this format has no exemplars', () => {
    expect(formatCosts([DISTRIBUTION], 'text')).toBe(`\
# HELP spancost_operation_cost Each.
# TYPE spancost_operation_cost histogram
spancost_operation_cost_bucket{service="a",le="0.0001"} 2
spancost_operation_cost_bucket{service="a",le="1.0"} 2
spancost_operation_cost_bucket{service="a",le="+Inf"} 3
spancost_operation_cost_sum{service="a"} 2.00005
spancost_operation_cost_count{service="a"} 3
`)
  })

  test('a metric without points still says that it is there', () => {
    expect(formatCosts([{ ...COST, points: [] }], 'text')).toBe(
      '# HELP spancost_cost_total What it cost.\n# TYPE spancost_cost_total counter\n',
    )
  })

  test.each<[name: string, attributes: Record<string, string>, labels: string]>([
    ['quotes', { a: 'say "hi"' }, String.raw`{a="say \"hi\""}`],
    ['backslashes', { a: String.raw`C:\new` }, String.raw`{a="C:\\new"}`],
    ['line ends', { a: 'one\ntwo' }, String.raw`{a="one\ntwo"}`],
    ['a backslash before a quote', { a: String.raw`\"` }, String.raw`{a="\\\""}`],
    ['other letters', { a: 'größe 模型 🤖' }, '{a="größe 模型 🤖"}'],
    [
      'names that Prometheus does not have',
      { 'my.key-1': 'x', '1st': 'y' },
      '{my_key_1="x",_1st="y"}',
    ],
    [
      'names that become one',
      { 'user.id': 'x', user_id: 'y', 'user-id': 'z' },
      '{user_id="x;y;z"}',
    ],
  ])('labels with %s', (_, attributes, labels) => {
    const text = formatCosts([{ ...TOKENS, points: [{ attributes, figures: [7n] }] }], 'text')
    expect(text.split('\n')[2]).toBe(`spancost_tokens_total${labels} 7`)
  })
})

describe('OpenMetrics', () => {
  test('names families without `_total`, and buckets carry exemplars', () => {
    expect(formatCosts([COST, DISTRIBUTION], 'openmetrics')).toBe(`\
# HELP spancost_cost What it cost.
# TYPE spancost_cost counter
spancost_cost_total{gen_ai_response_model="gpt-4o"} 0.0035
spancost_cost_total 0.000000000000000001
spancost_cost_total{otel_metric_overflow="true"} 12
# HELP spancost_operation_cost Each.
# TYPE spancost_operation_cost histogram
spancost_operation_cost_bucket{service="a",le="0.0001"} 2
spancost_operation_cost_bucket{service="a",le="1.0"} 2
spancost_operation_cost_bucket{service="a",le="+Inf"} 3 \
# {trace_id="0af7651916cd43dd8448eb211c80319c",span_id="00f067aa0ba902b1"} 2 1785578400.007
spancost_operation_cost_sum{service="a"} 2.00005
spancost_operation_cost_count{service="a"} 3
`)
  })

  test('what the SDK writes is brought into the same form', () => {
    const text = `\
# HELP x_total Some.
# UNIT x_total By
# TYPE x_total counter
x_total{a="# TYPE x_total counter"} 1
# HELP y A gauge named_total so.
# TYPE y gauge
y 2
# HELP z_total description missing
# TYPE z_total counter
z_total 3
`
    expect(toOpenMetrics(text)).toBe(`\
# HELP x Some.
# TYPE x counter
x_total{a="# TYPE x_total counter"} 1
# HELP y A gauge named_total so.
# TYPE y gauge
y 2
# HELP z description missing
# TYPE z counter
z_total 3
`)
  })

  test.each([
    // As Prometheus 2.42 and 3 ask; VictoriaMetrics, curl, a browser.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      'openmetrics',
    ],
    ['text/plain;version=0.0.4;q=1,*/*;q=0.1', 'text'],
    ['text/plain, application/openmetrics-text;q=0.5', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=x', 'text'],
    ['*/*', 'text'],
    ['', 'text'],
    ['text/html,application/xhtml+xml;q=0.9', 'text'],
    ['Application/OpenMetrics-Text', 'openmetrics'],
  ])('%j is answered with %s', (accept, format) => {
    expect(chooseFormat(accept)).toBe(format)
  })
})
