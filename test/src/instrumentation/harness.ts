import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { startReplayServer } from '../demo/replay-server.ts'

/** What of an OTLP/JSON span the tests look at. */
export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { key: string; value: Record<string, unknown> }[]
  readonly status: { code?: number; message?: string }
}

export interface ProgramRun {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly spans: readonly ReceivedSpan[]
  /** Paths of the OTLP requests that came in. */
  readonly exports: readonly string[]
}

export interface ProgramOptions {
  /** A module to load first; by default the one that instruments everything. */
  readonly preload?: 'register' | 'none' | 'own-sdk.js'
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
  const provider = await startReplayServer()
  const backend = await startReceiver()
  const preload = PRELOADS[options.preload ?? 'register']
  const program = fileURLToPath(locate(file))
  const child = spawn(process.execPath, [...preload, ...(options.nodeArguments ?? []), program], {
    env: {
      PATH: process.env.PATH,
      OPENAI_BASE_URL: provider.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...options.env,
    },
  })
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
    const { spans, exports } = backend
    return { ...end, stdout, stderr, spans, exports }
  } finally {
    child.kill('SIGKILL')
    await provider.close()
    backend.close()
  }
}

function locate(file: string): URL {
  return new URL(`../../dist/instrumentation/${file}`, import.meta.url)
}

/** An OTLP/HTTP receiver that keeps the spans of every JSON request. */
async function startReceiver() {
  const spans: ReceivedSpan[] = []
  const exports: string[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      exports.push(String(request.url))
      spans.push(...readSpans(JSON.parse(Buffer.concat(chunks).toString())))
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  const url = `http://127.0.0.1:${address.port}`
  return { url, spans, exports, close: () => server.close() }
}

interface TracesRequest {
  readonly resourceSpans?: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[]
  }[]
}

function readSpans({ resourceSpans = [] }: TracesRequest): readonly ReceivedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
}
