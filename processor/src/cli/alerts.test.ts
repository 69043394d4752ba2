import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApi, type TestApi } from '../testing/api.ts'
import { runVerb } from '../testing/run-verb.ts'

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

function run(...args: readonly string[]) {
  return runVerb(['alerts', ...args, '--api', `http://${api.address}`])
}

test('an alert is listed, acknowledged and snoozed', async () => {
  expect(await run('list')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^alert .*\nbudget\/web +1970-01-01T00:00:00.000Z/) as unknown,
  })
  expect(await run('acknowledge', 'budget/web')).toMatchObject({
    code: 0,
    stdout: 'budget/web: acknowledged\n',
  })
  expect(await run('snooze', 'budget/web', '--until', '2026-12-01T16:00Z')).toMatchObject({
    code: 0,
    stdout: 'budget/web: snoozed\n',
  })
  const { stdout } = await run('list', '--json')
  expect(JSON.parse(stdout)).toMatchObject({
    alerts: [{ acknowledgedBy: 'local', snoozedUntil: '2026-12-01T16:00:00.000Z' }],
  })
})

test.each([
  [['acknowledge', 'none'], 1, /there is no alert "none"/],
  [['acknowledge'], 2, /which\?/],
  [['snooze', 'budget/web'], 2, /--until is missing/],
  [['snooze', 'budget/web', '--until', 'soon'], 2, /"soon" is no instant/],
  [['forget', 'budget/web'], 2, /unknown: alerts forget/],
])('refused: %j', async (args, code, message) => {
  expect(await run(...args)).toMatchObject({
    code,
    stderr: expect.stringMatching(message) as unknown,
  })
})
