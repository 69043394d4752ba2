import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

/** `-e` gives Node's own modules to all code as globals, which some SDKs touch. */
test('an SDK is imported by a program that stands on the command line', () => {
  const register = import.meta.resolve('@spancost/node/register')
  const code = "import OpenAI from 'openai'; console.log(typeof OpenAI)"
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', register, '--input-type=module', '-e', code],
    { encoding: 'utf8', cwd: import.meta.dirname, env: { PATH: process.env.PATH } },
  )
  expect({ stdout, stderr, status }).toEqual({ stdout: 'function\n', stderr: '', status: 0 })
})
