/** scripts/prometheus.mjs where nothing may be fetched: what it says and with which exit code. */
import { execFile } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { makeEnv, makeFolder, ROOT, stopAfterEach } from './children.ts'

stopAfterEach()

/** Runs the script with nothing but `folder` on PATH and in it as its cache. */
function findPrometheus(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const script = path.join(ROOT, 'scripts', 'prometheus.mjs')
  const bare = { PATH: folder, XDG_CACHE_HOME: path.join(folder, 'cache'), ...env }
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env: makeEnv(bare) }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

async function makePrograms(folder: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    await writeFile(path.join(folder, name), '#!/bin/sh\n')
    await chmod(path.join(folder, name), 0o755)
  }
}

test('prints the folder that SPANCOST_PROMETHEUS names, or one on PATH', async () => {
  const [named, onPath] = [await makeFolder(), await makeFolder()]
  await makePrograms(named, 'prometheus', 'promtool')
  await makePrograms(onPath, 'prometheus', 'promtool')
  const found = await findPrometheus(onPath, { SPANCOST_PROMETHEUS: named })
  expect(found).toEqual({ code: 0, stdout: `${named}\n`, stderr: '' })
  expect((await findPrometheus(onPath)).stdout).toBe(`${onPath}\n`)
})

test('fails where SPANCOST_PROMETHEUS lacks promtool', async () => {
  const folder = await makeFolder()
  await makePrograms(folder, 'prometheus')
  const found = await findPrometheus(folder, { SPANCOST_PROMETHEUS: folder })
  expect(found.code).toBe(1)
  expect(found.stderr).toContain('lacks prometheus or promtool')
})

test('says what is missing where there is no apt', async () => {
  const found = await findPrometheus(await makeFolder())
  expect(found).toMatchObject({ code: 3, stdout: '' })
  expect(found.stderr).toMatch(/not found on PATH, and there is no apt-get/)
})
