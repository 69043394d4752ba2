import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { startReplayServer } from '../demo/replay-server.ts'
import { sendJson, startProvider, type ReplayServer } from '../demo/replies-over-http.ts'
import { readMetrics, readSpans, type ReceivedMetric, type ReceivedSpan } from './received-spans.ts'

export interface ProgramRun {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly spans: readonly ReceivedSpan[]
  readonly metrics: readonly ReceivedMetric[]
  /** Paths of the OTLP requests that came in. */
  readonly exports: readonly string[]
  /** The bodies of those with spans. */
  readonly traceRequests: readonly unknown[]
}

export interface ProgramOptions {
  /** A module to load first; by default the one that instruments everything. */
  readonly preload?: 'register' | 'none' | 'own-sdk.js'
  /** The Node to run it with; by default, the one that runs the test. */
  readonly node?: string
  /** What the program finds at `PROVIDER_URL`; by default, what speaks like OpenAI. */
  readonly startProvider?: () => Promise<ReplayServer>
  readonly nodeArguments?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Sent as soon as the program prints something. */
  readonly signalWhenReady?: NodeJS.Signals
}

const PRELOADS = {
  register: ['--import', import.meta.resolve('@spancost/node/register')],
  'own-sdk.js': ['--import', locate('own-sdk.js').href],
  none: [],
}

/**
 * Runs a built program of this folder in a Node of its own (import hooks do not work inside the
 * test runner), against a replay server and an OTLP receiver of its own.
 */
export async function runProgram(file: string, options: ProgramOptions = {}): Promise<ProgramRun> {
  const provider = await (options.startProvider ?? startReplayServer)()
  const backend = await startReceiver()
  const preload = PRELOADS[options.preload ?? 'register']
  const program = fileURLToPath(locate(file))
  const child = spawn(
    options.node ?? process.execPath,
    [...preload, ...(options.nodeArguments ?? []), program],
    {
      env: {
        PATH: process.env.PATH,
        PROVIDER_URL: provider.url,
        OPENAI_BASE_URL: provider.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        ...options.env,
      },
    },
  )
  let signalled = false
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (!signalled && options.signalWhenReady !== undefined) {
      signalled = child.kill(options.signalWhenReady)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  try {
    const end = await new Promise<Pick<ProgramRun, 'exitCode' | 'signal'>>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal }))
    })
    const { spans, metrics, exports, traceRequests } = backend
    return { ...end, stdout, stderr, spans, metrics, exports, traceRequests }
  } finally {
    child.kill('SIGKILL')
    await provider.close()
    await backend.close()
  }
}

function locate(file: string): URL {
  return new URL(`../../dist/instrumentation/${file}`, import.meta.url)
}

/** An OTLP/HTTP receiver that keeps the spans and metrics of every JSON request. */
async function startReceiver() {
  const spans: ReceivedSpan[] = []
  const metrics: ReceivedMetric[] = []
  const exports: string[] = []
  const traceRequests: unknown[] = []
  const { url, close } = await startProvider((request, response) => {
    exports.push(request.path)
    if (request.path === '/v1/traces') traceRequests.push(request.body)
    spans.push(...readSpans(request.body))
    metrics.push(...readMetrics(request.body))
    sendJson(response, 200, {})
  })
  return { url, spans, metrics, exports, traceRequests, close }
}
