/** Programs that are no packages of npm: found or fetched by a script of the same name. */
import { execFile } from 'node:child_process'
import path from 'node:path'
import type { TestContext } from 'vitest'
import { ROOT } from './children.ts'

export type FoundTool =
  | { readonly path: string }
  /** Why it cannot be had here; the tests that need it skip. */
  | { readonly missing: string }

/**
 * Asks scripts/NAME.mjs, which may fetch it. Rejects where it ought to be had: where CI=true, or the
 * environment names one that is wrong.
 */
export async function findTool(
  name: 'alertmanager' | 'chromium' | 'envoy' | 'prometheus' | 'requests',
): Promise<FoundTool> {
  const { code, stdout, stderr } = await runScript(`${name}.mjs`)
  if (code === 0) return { path: stdout.trim() }
  if (code === 3 && process.env['CI'] !== 'true') return { missing: stderr.trim() }
  throw new Error(`no ${name}: ${stderr.trim()}`)
}

/** Skips the test where the tool is missing, and says why. */
export function needTool(context: TestContext, found: FoundTool): string {
  return 'missing' in found ? context.skip(found.missing) : found.path
}

export function runScript(
  name: string,
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const script = path.join(ROOT, 'scripts', name)
  return new Promise((resolve) => {
    execFile(process.execPath, [script], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr })
    })
  })
}
