import { pino } from 'pino'
import { expect, test } from 'vitest'
import { startLogExport } from './export-logs.ts'
import { startHttpDestination } from './testing/http-destination.ts'

interface LogsJson {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly { readonly logRecords: readonly Record<string, unknown>[] }[]
  }[]
}

test('what is logged is sent, with its level and its fields', async () => {
  const hop = await startHttpDestination()
  const exported = startLogExport({ endpoint: hop.endpoint, headers: { 'x-key': 'one' } }, '1.2')
  const log = pino({ level: 'info' }, exported.lines)
  const before = Date.now()
  log.warn({ signal: 'traces', bytes: 12 }, 'refused')
  log.error({ err: new Error('why') }, 'the API failed')
  log.debug('not of interest')
  await exported.stop()
  await hop.stop()

  expect(hop.requests).toMatchObject([{ path: '/v1/logs', headers: { 'x-key': 'one' } }])
  const { resourceLogs } = JSON.parse(hop.requests[0]!.body.toString()) as LogsJson
  const [refused, failed, ...others] = resourceLogs[0]!.scopeLogs[0]!.logRecords
  expect(others).toEqual([])
  expect(JSON.stringify(resourceLogs)).toContain(
    '{"key":"service.name","value":{"stringValue":"spancost"}}',
  )
  expect(refused).toMatchObject({
    severityNumber: 13,
    severityText: 'WARN',
    body: { stringValue: 'refused' },
  })
  expect(refused!['attributes']).toContainEqual({ key: 'bytes', value: { intValue: 12 } })
  const timeMs = Number(BigInt(String(refused!['timeUnixNano'])) / 1_000_000n)
  expect(timeMs - before).toBeLessThan(60_000)
  expect(timeMs).toBeGreaterThanOrEqual(before)
  expect(failed).toMatchObject({ severityNumber: 17, body: { stringValue: 'the API failed' } })
  expect(JSON.stringify(failed)).toContain('why')
})
