import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { DASHBOARDS } from './index.ts'

/** As the processor writes them; see docs/metrics.md. */
const METRICS = new Set([
  'spancost_cost_total',
  'spancost_tokens_total',
  'spancost_operations_total',
  'spancost_operation_cost_bucket',
  'spancost_cost_reversed_total',
  'spancost_tokens_reversed_total',
  'spancost_operations_reversed_total',
  'spancost_cost_rate',
  'spancost_cache_savings_total',
  'spancost_cache_premium_total',
  'spancost_ingest_lag_bucket',
  'spancost_processor_spans_total',
  'spancost_processor_entries_total',
  'spancost_processor_refused_total',
  'spancost_processor_request_size_total',
  'spancost_processor_request_duration_bucket',
  'spancost_processor_commit_duration_bucket',
  'spancost_processor_forward_duration_bucket',
  'spancost_processor_event_loop_delay',
  'spancost_processor_in_flight',
  'spancost_processor_best_effort_lost_total',
  'spancost_budget_limit',
  'spancost_budget_spent',
  'spancost_budget_held',
  'spancost_budget_forecast',
  'spancost_budget_utilization',
])

const names = Object.keys(DASHBOARDS)

function readWritten(name: string): string {
  return readFileSync(path.join(import.meta.dirname, '../grafana', `${name}.json`), 'utf8')
}

/** Every value of a key, wherever it stands. */
function listValues(json: unknown, key: string): unknown[] {
  if (json === null || typeof json !== 'object') return []
  return Object.entries(json).flatMap(([name, value]) =>
    name === key ? [value] : listValues(value, key),
  )
}

describe.each(names)('dashboard %s', (name) => {
  const written: unknown = JSON.parse(readWritten(name))
  const queries = listValues(written, 'expr').map(String)

  test('is checked in as it is built: `npm run dashboards` writes it', () => {
    expect(written).toEqual(JSON.parse(JSON.stringify(DASHBOARDS[name])))
  })

  test('asks only for metrics that there are', () => {
    const asked = queries.flatMap(
      (query) => query.replaceAll(/ by \([^)]*\)/g, '').match(/spancost_\w+(?=[{)])/g) ?? [],
    )
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((metric) => !METRICS.has(metric))).toEqual([])
  })

  test('leaves the data source to whoever imports it, and says what each panel is', () => {
    const sources = listValues(written, 'datasource').map((source) => JSON.stringify(source))
    expect(new Set(sources)).toEqual(new Set(['{"type":"prometheus","uid":"${datasource}"}']))
    const panels = listValues(written, 'panels').flat() as { type: string; description?: string }[]
    const nameless = panels.filter(({ type, description }) => type !== 'row' && !description)
    expect(nameless).toEqual([])
  })

  test('links series of a dimension to the page, under variables that it has', () => {
    const variables = new Set(
      listValues(written, 'templating').flatMap((list) => listValues(list, 'name')),
    )
    const links = listValues(listValues(written, 'defaults'), 'links').flat() as { url: string }[]
    const bad = links.filter(({ url }) => {
      const [, dimension, label] =
        /^\$\{page\}\/#\/\?from=\$\{__from\}&to=\$\{__to\}&where=(\w+)%3D\$\{__field\.labels\.(\w+):percentencode\}$/.exec(
          url,
        ) ?? []
      return !variables.has(dimension) || label === undefined || !variables.has('page')
    })
    expect(bad).toEqual([])
    if (name === 'cost-overview') expect(links.length).toBeGreaterThan(8)
  })

  test('uses only variables that it has, or Grafana', () => {
    const variables = listValues(written, 'templating').flatMap((list) => listValues(list, 'name'))
    const used = queries.flatMap((query) => query.match(/(?<=\$)\w+/g) ?? [])
    const known = new Set([...variables, '__range', '__rate_interval'])
    expect(used.filter((variable) => !known.has(variable))).toEqual([])
  })
})

test('dashboards can stand beside one another', () => {
  const uids = names.map((name) => DASHBOARDS[name]?.uid)
  expect(new Set(uids).size).toBe(names.length)
})
