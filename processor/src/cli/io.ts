/** The parts of `process` that verbs use; tests give their own. */
export interface Io {
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: Output
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  on(signal: StopSignal, listener: () => void): unknown
  off(signal: StopSignal, listener: () => void): unknown
  /** Ends the process at once. */
  exit(code: number): void
}

export interface Output {
  /** Whether people look at it. */
  readonly isTTY?: boolean
  write(text: string, done: (error?: Error | null) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  off(event: 'error', listener: (error: Error) => void): unknown
}

export type StopSignal = 'SIGINT' | 'SIGTERM'

/** 0: done. 1: a finding, or it could not be done. 2: wrongly called. */
export type ExitCode = 0 | 1 | 2

/** Resolves when the text is written, so that a slow reader slows us down. Rejects when it cannot be. */
export function writeText(output: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    output.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

export function writeLine(output: Output, line: string): Promise<void> {
  return writeText(output, `${line}\n`)
}
