import { expect, test } from 'vitest'
import { readConfig, type Config } from '../config.ts'

test('cost metrics may go to several places, each in its own temporality', () => {
  const text = `metrics: {otlp: [
    {endpoint: 'http://a/', temporality: delta},
    {endpoint: 'http://b'},
    {endpoint: 'http://b', name: again, temporality: cumulative}]}`
  const read = (env: Record<string, string>) => {
    const { config } = readConfig(text, env) as { config: Config }
    return config.metrics.otlp.map(({ name, temporality }) => `${name} ${temporality}`)
  }
  expect(read({})).toEqual(['http://a delta', 'http://b cumulative', 'again cumulative'])
  const preference = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'
  expect(read({ [preference]: 'DELTA' })[1]).toBe('http://b delta')
  expect(read({ [preference]: 'delta' })[2]).toBe('again cumulative')
  expect(read({ [preference]: 'lowmemory' })[1]).toBe('http://b cumulative')
})

test('two destinations of one name', () => {
  const read = readConfig('metrics:\n  otlp: [{endpoint: "http://a"}, {endpoint: "http://a/"}]', {})
  expect(read).toEqual({
    kind: 'faults',
    faults: [
      {
        line: 2,
        path: 'metrics.otlp[1]',
        message: 'another destination is named http://a; give this one a `name` of its own',
      },
    ],
  })
})

test.each([
  ['{endpoint: "http://a", interval: 1s, more: 1}', 'unknown key `more`'],
  ['[{endpoint: "http://a"}, {endpoint: 7}]', 'expected text, found `7`'],
  ['7', 'expected a map or a list of them'],
])('what is wrong with %s', (otlp, message) => {
  const read = readConfig(`metrics: {otlp: ${otlp}}`, {})
  expect(JSON.stringify(read)).toContain(message)
})
