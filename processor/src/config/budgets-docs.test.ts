/** What docs/budgets.md shows is what works. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { startTestApi } from '../testing/api.ts'

const DOCS = readFileSync(new URL('../../../docs/budgets.md', import.meta.url), 'utf8')
const CONFIGS = [...DOCS.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text)

test('there are configs to be tried', () => {
  expect(CONFIGS.length).toBeGreaterThanOrEqual(3)
})

test.each(CONFIGS)('a config: %.60s', (text) => {
  const env = { SLACK_WEBHOOK: 'https://hooks.example.com/x', SMTP_PASSWORD: 'secret' }
  const read = readConfig(text, env)
  expect(read.kind === 'config' ? [] : read.faults).toEqual([])
})

test('the line that switches anomalies on', () => {
  const [, line = ''] = /^`(alerts: .*?)` looks for/m.exec(DOCS) ?? []
  const read = readConfig(line, {})
  expect(read).toMatchObject({
    kind: 'config',
    config: { alerts: { anomalies: { by: ['service'] } } },
  })
})

test('the question before a call', async () => {
  const [, body = ''] = /-d '(\{.*?\})'/s.exec(DOCS) ?? []
  const api = await startTestApi()
  const headers = { 'content-type': 'application/json' }
  const answer = await api.fetch('/api/v1/decisions', { method: 'POST', headers, body })
  expect(await answer.json()).toMatchObject({ decision: 'allow', summary: 'decision=allow' })
  await api.stop()
})
