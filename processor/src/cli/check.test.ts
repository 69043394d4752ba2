import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runVerb } from '../testing/run-verb.ts'

let folder = ''
const before = process.cwd()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-check-'))
  process.chdir(folder)
})

afterAll(() => {
  process.chdir(before)
  rmSync(folder, { recursive: true })
})

function write(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}

describe('check', () => {
  test('without a config says that the defaults hold', async () => {
    expect(await runVerb(['check'])).toEqual({
      code: 0,
      stdout: 'no spancost.yaml here: the defaults hold\n',
      stderr: '',
    })
  })

  test('reads ./spancost.yaml, and the environment', async () => {
    write('spancost.yaml', 'api:\n  endpoint: ${env:API}\n')
    const good = await runVerb(['check'], { env: { API: '127.0.0.1:1' } })
    const bad = await runVerb(['check'])
    rmSync(join(folder, 'spancost.yaml'))
    expect(good).toEqual({ code: 0, stdout: 'spancost.yaml: valid\n', stderr: '' })
    expect(bad.code).toBe(1)
    expect(bad.stdout).toBe(
      'spancost.yaml:2: api.endpoint: the environment variable API is not set\n',
    )
  })

  test('prints every fault, with its place', async () => {
    const file = write('bad.yaml', 'recievers: {}\nlog:\n  level: loud\n')
    expect(await runVerb(['check', '--config', file])).toEqual({
      code: 1,
      stdout:
        'bad.yaml:1: recievers: unknown key `recievers`; did you mean `receivers`?\n' +
        'bad.yaml:3: log.level: expected one of trace, debug, info, warn, error, fatal, silent, found `loud`\n',
      stderr: '',
    })
  })

  test('--json', async () => {
    const bad = await runVerb(['check', '--json', '--config', write('bad.yaml', 'a: 1')])
    const good = await runVerb(['check', '--json', '--config', write('good.yaml', '')])
    expect(JSON.parse(bad.stdout)).toMatchObject({
      file: 'bad.yaml',
      valid: false,
      faults: [{ line: 1, path: 'a' }],
    })
    expect(JSON.parse(good.stdout)).toEqual({ file: 'good.yaml', valid: true, faults: [] })
  })

  test('a file that is not there, or a folder, is bad usage', async () => {
    const absent = await runVerb(['check', '--config', 'nowhere.yaml'])
    const isFolder = await runVerb(['check', '--config', '.'])
    expect(absent.code).toBe(2)
    expect(absent.stderr).toContain('cannot read the config nowhere.yaml: ENOENT')
    expect(isFolder.code).toBe(2)
    expect(isFolder.stderr).toContain('cannot read the config .: EISDIR')
  })

  test('a file that never ends is refused', async () => {
    const { code, stdout } = await runVerb(['check', '--config', '/dev/zero'])
    expect(code).toBe(1)
    expect(stdout).toMatch(/^\/dev\/zero:1: the config has 1048577 bytes/)
  })

  test('--schema prints the JSON schema', async () => {
    const { code, stdout } = await runVerb(['check', '--schema'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toHaveProperty('properties.receivers')
  })
})
