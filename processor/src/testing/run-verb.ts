import { EventEmitter } from 'node:events'
import { runCli } from '../cli/index.ts'
import type { Io, Output, StopSignal } from '../cli/io.ts'

/** Output that is kept. `failure`: what every write fails with. */
export function createOutput(failure?: Error): Output & { text(): string } {
  let written = ''
  return {
    write: (text, done) => {
      if (failure === undefined) written += text
      done(failure)
    },
    on: () => undefined,
    off: () => undefined,
    text: () => written,
  }
}

/** Stands in for `process`; `emit` sends it a signal. */
export function createTestIo(given: Partial<Io> = {}) {
  const signals = new EventEmitter<Record<StopSignal, []>>()
  const exits: number[] = []
  const stdout = createOutput()
  const stderr = createOutput()
  const io: Io = {
    stdin: toStream([]),
    stdout,
    stderr,
    env: {},
    on: (signal, listener) => signals.on(signal, listener),
    off: (signal, listener) => signals.off(signal, listener),
    exit: (code) => exits.push(code),
    ...given,
  }
  return { io, stdout, stderr, exits, signals }
}

export async function* toStream(chunks: readonly (string | Uint8Array)[]) {
  yield* chunks
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line to its end. */
export async function runVerb(argv: readonly string[], given: Partial<Io> = {}): Promise<Ended> {
  const { io, stdout, stderr } = createTestIo(given)
  const code = await runCli(argv, io)
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}
