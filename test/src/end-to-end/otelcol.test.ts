/** scripts/otelcol.mjs where nothing may be built: what it says and with which exit code. */
import { execFile } from 'node:child_process'
import { chmod, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { makeEnv, makeFolder, ROOT, stopAfterEach } from './children.ts'

stopAfterEach()

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the script with nothing but `folder/bin` on PATH and `folder` as its cache. */
function findCollector(folder: string, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const script = path.join(ROOT, 'scripts', 'otelcol.mjs')
  const bare = { PATH: folder, XDG_CACHE_HOME: path.join(folder, 'cache'), ...env }
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env: makeEnv(bare) }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}

async function writeScript(file: string, output: string): Promise<string> {
  await writeFile(file, `#!/bin/sh\necho ${output}\n`)
  await chmod(file, 0o755)
  return file
}

describe('scripts/otelcol.mjs', () => {
  test('prints the binary that SPANCOST_OTELCOL names', async () => {
    const folder = await makeFolder()
    const binary = await writeScript(path.join(folder, 'my-otelcol'), 'hello')
    const found = await findCollector(folder, { SPANCOST_OTELCOL: binary })
    expect(found).toEqual({ code: 0, stdout: `${binary}\n`, stderr: '' })
  })

  test('fails where SPANCOST_OTELCOL names nothing that can be run', async () => {
    const folder = await makeFolder()
    const found = await findCollector(folder, { SPANCOST_OTELCOL: path.join(folder, 'absent') })
    expect(found.code).toBe(1)
    expect(found.stderr).toMatch(/SPANCOST_OTELCOL is .*absent, which is not a file/)
  })

  test('says that Go is needed where there is none, and leaves nothing behind', async () => {
    const folder = await makeFolder()
    const found = await findCollector(folder, {})
    expect(found.code).toBe(3)
    expect(found.stdout).toBe('')
    expect(found.stderr).toMatch(/Go 1\.26 or newer is needed .* was not found/)
    expect(await readdir(folder)).toEqual([])
  })

  test('says which Go it found where that is too old', async () => {
    const folder = await makeFolder()
    await writeScript(path.join(folder, 'go'), 'go1.25.4')
    const found = await findCollector(folder, {})
    expect(found.code).toBe(3)
    expect(found.stderr).toMatch(/Go 1\.26 or newer is needed .* this is go1\.25\.4/)
  })
})
