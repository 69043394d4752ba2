/** Prometheus and the ledger agree, whatever happens to the processor between them. */
import { beforeAll, describe, expect, test } from 'vitest'
import { forwardTo, startHttpBackend } from './backend.ts'
import { stopAfterEach, waitFor } from './children.ts'
import { sumDecimals } from './decimals.ts'
import { readMetric, readSpend, startProcessor, type Processor } from './processor.ts'
import { checkMetrics, startPrometheus, type Prometheus } from './prometheus.ts'
import { makeChatSpan, sendTraces, type SpanJson } from './requests.ts'
import { findTool, needTool, type FoundTool } from './tools.ts'

stopAfterEach()

let found: FoundTool
beforeAll(async () => {
  found = await findTool('prometheus')
})

/** 1000 + id fresh tokens at 2.5, 7 cached at 1.25 and id out at 10 USD a million. */
function makeCall(id: number): SpanJson {
  return makeChatSpan(id, { model: 'gpt-4o', input: 1007 + id, cacheRead: 7, output: id })
}

/** Waits until Prometheus has scraped what `/metrics` shows now, and compares every series. */
async function expectSame(prometheus: Prometheus, processor: Processor): Promise<void> {
  const shown = await readMetric(processor, 'spancost_cost_total')
  const byPart = (part: string): string =>
    [...shown].find(([labels]) => labels.includes(`spancost_cost_part="${part}"`))![1]
  await waitFor('scrape of the last figures', async () => {
    const samples = await prometheus.query('spancost_cost_total')
    const isSame = samples.every(
      // A sample is the double that is nearest to the decimal, as Number makes it.
      ({ metric, value }) => Number(value[1]) === Number(byPart(metric['spancost_cost_part']!)),
    )
    return samples.length === shown.size && isSame ? samples : undefined
  })
}

describe('a real Prometheus', () => {
  test('scrapes over kill -9, duplicates and refusals, and has the spend of the ledger', async (context) => {
    const folder = needTool(context, found)
    let status = 200
    const backend = await startHttpBackend(() => ({ status }))
    let processor = await startProcessor({ forward: forwardTo(backend) })
    const prometheus = await startPrometheus(folder, new URL(processor.apiUrl).host)
    const first = [makeCall(1), makeCall(2), makeCall(3)]
    expect((await sendTraces(processor.httpUrl, first)).status).toBe(200)
    await expectSame(prometheus, processor)

    // Recorded, and refused by the next hop: the sender comes again.
    status = 503
    const second = [makeCall(4), makeCall(5)]
    expect((await sendTraces(processor.httpUrl, second)).status).toBe(503)
    await expectSame(prometheus, processor)
    status = 200
    await processor.stop('SIGKILL')
    processor = await processor.restart()
    for (const spans of [second, first, [...first, ...second]]) {
      expect((await sendTraces(processor.httpUrl, spans)).status).toBe(200)
    }
    expect((await sendTraces(processor.httpUrl, [makeCall(6)])).status).toBe(200)
    await expectSame(prometheus, processor)

    // Tokens: 6 x 1000 + 21 fresh, 6 x 7 cached, 21 out: 15 052.5 + 52.5 + 210 millionths.
    expect(await readSpend(processor)).toEqual({ operations: 6, cost: '0.015315' })
    const shown = await readMetric(processor, 'spancost_cost_total')
    expect(sumDecimals(shown.values())).toBe(15_315_000_000_000_000n)
    const [sum] = await prometheus.query('sum(spancost_cost_total)')
    expect(Number(sum!.value[1])).toBeCloseTo(0.015315, 15)
    const [operations] = await prometheus.query('sum(spancost_operations_total)')
    expect(operations!.value[1]).toBe('6')
    const [count] = await prometheus.query('sum(spancost_operation_cost_count)')
    expect(count!.value[1]).toBe('6')
    // A restart is no reset, so what is counted from is never lost.
    const resets = await prometheus.query(
      'sum(resets({__name__=~"spancost_(cost|tokens|operations)_total"}[10m]))',
    )
    expect(resets[0]!.value[1]).toBe('0')
  })

  test('finds the trace of an expensive call by its exemplar', async (context) => {
    const folder = needTool(context, found)
    const processor = await startProcessor()
    const prometheus = await startPrometheus(folder, new URL(processor.apiUrl).host)
    // 1 000 000 x 2.5 = 2.50 USD, the only one of its bucket.
    const dear = makeChatSpan(77, { model: 'gpt-4o', input: 1_000_000, output: 0 })
    await sendTraces(processor.httpUrl, [makeCall(1), dear])
    const [exemplar] = await waitFor('exemplar', async () => {
      const query = encodeURIComponent('spancost_operation_cost_bucket{le="5.0"}')
      const range = `start=${Date.now() / 1000 - 60}&end=${Date.now() / 1000 + 60}`
      const data = await prometheus.read(`query_exemplars?query=${query}&${range}`)
      const series = data as { exemplars: { labels: object; value: string }[] }[]
      return series.length > 0 ? series[0]!.exemplars : undefined
    })
    expect(exemplar).toMatchObject({
      labels: { trace_id: dear.traceId, span_id: dear.spanId },
      value: '2.5',
    })
  })

  test('reads the plain text, too', async (context) => {
    const folder = needTool(context, found)
    const processor = await startProcessor()
    await sendTraces(processor.httpUrl, [makeCall(1)])
    const answer = await fetch(`${processor.apiUrl}/metrics`, { headers: { accept: 'text/plain' } })
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    const { code, output } = await checkMetrics(folder, await answer.text())
    expect({ code, output }).toEqual({ code: 0, output: '' })
    expect((await checkMetrics(folder, 'x{ 1\n')).code).toBe(1)
  })
})
