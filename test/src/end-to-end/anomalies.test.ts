/** A processor whose config asks for anomalies tells people of one, once over restarts. */
import { expect, test } from 'vitest'
import { stopAfterEach, waitFor } from './children.ts'
import { startProcessor } from './processor.ts'
import { makeChatSpan, sendTraces, type SpanJson } from './requests.ts'
import { startHookSink } from './sinks.ts'

stopAfterEach()

/** Its first look is at its start, and the next one is not awaited here. */
function makeCall(id: number, model: string): SpanJson {
  const at = `${Date.now()}000000`
  const call = makeChatSpan(id, { model, input: 10, output: 1 })
  return { ...call, startTimeUnixNano: at, endTimeUnixNano: at }
}

test('a new model is told of, and what was there before is not', async () => {
  const { url, hooks } = await startHookSink()
  const alerts = {
    channels: { hook: { type: 'webhook', url } },
    routes: [{ channel: 'hook' }],
    anomalies: { interval: '10m' },
  }
  let processor = await startProcessor({ config: { alerts } })
  for (const [index, model] of ['gpt-4o', 'gpt-4o-mini'].entries()) {
    expect((await sendTraces(processor.httpUrl, [makeCall(index + 1, model)])).status).toBe(200)
    await processor.stop()
    processor = await processor.restart()
  }
  await waitFor('a notice', async () => hooks[0])
  await processor.stop()
  processor = await processor.restart()
  await processor.stop()
  expect(hooks.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
    {
      key: 'anomaly/model/gpt-4o-mini',
      level: 'info',
      title: 'A new model is called: gpt-4o-mini',
    },
  ])
})
