import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { waitFor } from './children.ts'

const MODULE = new URL('../../dist/end-to-end/end-with-us.js', import.meta.url).href

/** Starts a child that would never end, and tells its pid. */
const PARENT = `
  import { spawn } from 'node:child_process'
  import { endWithUs } from '${MODULE}'
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  endWithUs(child)
  console.log(child.pid)
`

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends a program and its children', async (signal) => {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PARENT])
  const [pid] = (await once(createInterface(parent.stdout), 'line')) as [string]
  expect(isRunning(Number(pid))).toBe(true)
  parent.kill(signal)
  expect(await once(parent, 'exit')).toEqual([null, signal])
  await waitFor('end of the child', async () => (isRunning(Number(pid)) ? undefined : true))
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
