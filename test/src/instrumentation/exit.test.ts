import { expect, test } from 'vitest'
import { runProgram } from './harness.ts'

const PROGRAM = 'program-exit.js'
const SPAN = ['embeddings text-embedding-3-small']

/** A port that nothing listens on. */
const NOWHERE = 'http://127.0.0.1:1'

test('the last spans are sent when the application ends by itself, with its own exit code', async () => {
  const run = await runProgram(PROGRAM, { env: { ENDING: 'exit code' } })
  expect(run).toMatchObject({ exitCode: 3, signal: null, stderr: '' })
  expect(run.spans.map((span) => span.name)).toEqual(SPAN)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  'they are sent before %s ends the application, and the signal ends it',
  async (signal) => {
    const run = await runProgram(PROGRAM, { env: { ENDING: 'signal' }, signalWhenReady: signal })
    expect(run).toMatchObject({ exitCode: null, signal, stderr: '' })
    expect(run.spans.map((span) => span.name)).toEqual(SPAN)
  },
)

test('an application that handles the signal itself decides how it ends', async () => {
  const run = await runProgram(PROGRAM, {
    env: { ENDING: 'signal handler' },
    signalWhenReady: 'SIGTERM',
  })
  expect(run).toMatchObject({ exitCode: 7, signal: null, stdout: 'ready\nhandled\n' })
  expect(run.spans.map((span) => span.name)).toEqual(SPAN)
})

test('where nobody takes the spans, the application still ends in time and in silence', async () => {
  const run = await runProgram(PROGRAM, {
    env: { ENDING: 'exit code', OTEL_EXPORTER_OTLP_ENDPOINT: NOWHERE },
  })
  expect(run).toMatchObject({ exitCode: 3, signal: null, stderr: '', spans: [] })
}, 10_000)

test('metrics are exported when a variable asks for them', async () => {
  const run = await runProgram(PROGRAM, { env: { OTEL_METRICS_EXPORTER: 'otlp' } })
  expect(new Set(run.exports)).toEqual(new Set(['/v1/traces', '/v1/metrics']))
})

test('a disabled SDK leaves the application alone', async () => {
  const run = await runProgram(PROGRAM, {
    env: { ENDING: 'exit code', OTEL_SDK_DISABLED: 'true' },
  })
  expect(run).toMatchObject({ exitCode: 3, stderr: '', exports: [] })
})
