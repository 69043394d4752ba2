import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startHttpDestination, type HttpDestination } from '../testing/http-destination.ts'
import { runVerb } from '../testing/run-verb.ts'

let folder = ''
let sink: HttpDestination
let config = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'notify-'))
  sink = await startHttpDestination((response, { path }) =>
    response.writeHead(path === '/good' ? 200 : 404).end('no such hook'),
  )
  config = join(folder, 'spancost.yaml')
  await writeFile(
    config,
    `alerts:
  channels:
    good: { type: slack, url: "${sink.endpoint}/good" }
    bad: { type: webhook, url: "${sink.endpoint}/bad" }
`,
  )
})

afterAll(async () => {
  await sink.stop()
  await rm(folder, { recursive: true })
})

test('a message goes to each channel, and says which could not be reached', async () => {
  const { code, stdout } = await runVerb(['notify', '--config', config])
  expect(stdout).toBe('good: sent\nbad: answered 404: no such hook\n')
  expect(code).toBe(1)
  expect(sink.requests.map(({ path }) => path)).toEqual(['/good', '/bad'])
})

test('one can be named', async () => {
  expect(await runVerb(['notify', '--config', config, 'good'])).toMatchObject({
    code: 0,
    stdout: 'good: sent\n',
  })
  expect(await runVerb(['notify', '--config', config, 'none'])).toMatchObject({ code: 2 })
})
