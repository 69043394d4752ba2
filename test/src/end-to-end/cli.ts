/** The command line, run as a user runs it. */
import { execFile } from 'node:child_process'
import { makeEnv, makeFolder } from './children.ts'
import { SPANCOST } from './processor.ts'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly stdin?: string
  /** Where it runs; absent: in an empty folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

export async function runSpancost(
  args: readonly string[],
  { stdin = '', cwd, env = {} }: RunOptions = {},
): Promise<Outcome> {
  const options = { cwd: cwd ?? (await makeFolder()), env: makeEnv(env) }
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [SPANCOST, ...args],
      options,
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
    child.stdin?.end(stdin)
  })
}
