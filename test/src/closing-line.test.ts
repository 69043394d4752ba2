import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '../..')
const REPORTER = path.join(ROOT, 'scripts/closing-line.mjs')
const VITEST = path.join(ROOT, 'node_modules/vitest/vitest.mjs')
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'spancost-closing-line-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Runs vitest on these files and returns its exit code and the lines that it printed last. */
function runVitest(files: Readonly<Record<string, string>>, lines: number) {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text)
  const flags = ['--globals', '--reporter=default', `--reporter=${REPORTER}`, '--root', folder]
  const options = { cwd: folder, encoding: 'utf8' } as const
  const run = spawnSync(process.execPath, [VITEST, 'run', ...flags, ...Object.keys(files)], options)
  return { exitCode: run.status, last: run.stdout.trimEnd().split('\n').slice(-lines) }
}

test('all passed', () => {
  const files = { 'good.test.mjs': "test('a', () => {})\ntest('b', () => {})" }
  expect(runVitest(files, 1)).toEqual({ exitCode: 0, last: ['2 passed, 0 failed'] })
})

test('what was skipped comes with its reason', () => {
  const files = {
    'skips.test.mjs': "test('a', () => {})\ntest('b', ({ skip }) => skip('no redis here'))",
  }
  const last = ['skipped: skips.test.mjs > b: no redis here', '', '1 passed, 0 failed, 1 skipped']
  expect(runVitest(files, 3)).toEqual({ exitCode: 0, last })
})

test('failures outside of tests count: an import, a hook, an error that came late', () => {
  const files = {
    'wrong.test.mjs': "test('a', () => expect(1).toBe(2))",
    'unloadable.test.mjs': "import './missing.mjs'",
    'hook.test.mjs': `
      describe('b', () => {
        beforeAll(() => { throw new Error('hook') })
        test('c', () => {})
      })`,
    'late.test.mjs': `
      test('d', async () => {
        setTimeout(() => { throw new Error('late') }, 1)
        await new Promise((resolve) => setTimeout(resolve, 50))
      })`,
  }
  expect(runVitest(files, 1)).toEqual({ exitCode: 1, last: ['1 passed, 4 failed, 1 skipped'] })
})
