import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'

function readFaults(text: string): string[] {
  const read = readConfig(text, {})
  return read.kind === 'config' ? [] : read.faults.map(({ path, message }) => `${path}: ${message}`)
}

test('more dimensions than may be', () => {
  const names = Array.from({ length: 23 }, (_, index) => `d${index}: a`)
  expect(readFaults(`dimensions: {${names.join(', ')}}`)).toEqual([
    'dimensions: 33 dimensions, built-in ones included; at most 32',
  ])
})

test('budgets that do not fit together, and routes to nowhere', () => {
  const budget = 'limit: {amount: "1"}, window: {period: day}'
  expect(readFaults(`budgets: [{id: a, parent: b, ${budget}}]`)).toEqual([
    'budgets[0]: its parent "b" does not exist',
  ])
  expect(readFaults('alerts: {routes: [{channel: x}]}')).toEqual([
    'alerts.routes[0].channel: there is no channel "x"',
  ])
  expect(readFaults(`budgets: [{id: A, ${budget}}]`)).toEqual([
    'budgets[0].id: an id is up to 64 of a-z, 0-9, `-`, `_` and `.`',
  ])
})

const DAY = 'window: {period: day}'

test.each([
  ['limit: {amount: "-1"}', DAY, /^budgets\[0\]\.limit/],
  ['limit: {amount: 1}', DAY, /^budgets\[0\]\.limit/],
  ['limit: {tokens: -1}', DAY, /^budgets\[0\]\.limit/],
  ['limit: {operations: 0.5}', DAY, /^budgets\[0\]\.limit/],
  ['limit: {amount: "1"}', 'window: {period: day, zone: Mars}', /window\.zone: no time zone/],
  ['limit: {amount: "1", currency: euro}', DAY, /^budgets\[0\]\.limit/],
  ['limit: {amount: "1", currency: CHF}', DAY, /limit: CHF: no exchange rate is known for 2/],
  ['limit: {amount: "1", currency: EUR}', 'window: {period: total}', /limit: EUR: .*`validFrom`/],
  [
    'limit: {amount: "1", currency: EUR}',
    'window: {period: total}, validFrom: 2020-01-01',
    /limit: EUR: no exchange rate is known for 2020-01-01; `prices.exchange` can name one/,
  ],
  ['limit: {amount: "1"}', 'window: {period: fortnight}', /window\.period/],
  ['limit: {amount: "1"}, parent: a', DAY, /circle: "?a"? > "?a"?/],
  ['limit: {amount: "1"}, scope: {tema: web}', DAY, /label "tema"; did you mean "team"\?/],
  ['limit: {amount: "1"}, each: [nobody]', DAY, /label "nobody"; known: provider, model/],
  [`limit: {amount: "1"}, name: ${'x'.repeat(1_000_000)}`, DAY, /^budgets\[0\]\.name/],
])('a budget with %.40s, %s', (limit, window, message) => {
  const faults = readFaults(`budgets: [{id: a, ${limit}, ${window}}]`)
  expect(faults).toEqual([expect.stringMatching(message)])
  expect(faults[0]?.length).toBeLessThan(500)
})

test.each([
  ['{type: webhook, url: "http://a/b", secret: "whsec_%%%"}', /^alerts\.channels\.x: /],
  ['{type: webhook, url: "file:///etc/passwd"}', /^alerts\.channels\.x\.url: /],
  ['{type: email, url: "http://a", from: a, to: [b]}', /^alerts\.channels\.x\.url: expected smtp/],
  ['{type: pigeon}', /^alerts\.channels\.x/],
])('a channel like %s', (channel, message) => {
  expect(readFaults(`alerts: {channels: {x: ${channel}}}`)).toEqual([
    expect.stringMatching(message),
  ])
})

test('clocks and labels of alerts that are none', () => {
  expect(readFaults('alerts: {quiet: {from: "22:00", to: "07:00", zone: Mars}}')).toEqual([
    'alerts.quiet.zone: no time zone; write it like Europe/Berlin',
  ])
  expect(readFaults('alerts: {anomalies: {by: [servis]}}')).toEqual([
    'alerts.anomalies.by: no operation has a label "servis"; did you mean "service"?',
  ])
})
