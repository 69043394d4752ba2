/** Runs an application that uses the packed packages, and says what is wrong with its spans. */
import { spawn } from 'node:child_process'
import { startBackend } from './backend.mjs'

/** Of each provider's one reply in backend.mjs; spans of other things have no tokens. */
const INPUT_TOKENS = ['11', '12', '13']

/**
 * @param args for Node, in `folder`
 * @param expectHttp whether the request of each call shall be a span below the call's
 * @returns faults; none where each call is one span with its tokens
 */
export async function findFaults({ node, folder, args, env = {}, expectHttp = false }) {
  const backend = await startBackend()
  try {
    const run = await runNode(node, folder, args, {
      PATH: process.env.PATH,
      PROVIDER_URL: backend.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      ...env,
    })
    return [...judgeRun(run), ...judgeSpans(backend.spans, expectHttp)]
  } finally {
    backend.close()
  }
}

function judgeRun({ code, stdout, stderr }) {
  const isFine = code === 0 && stdout === 'Hi,Hi,Hi'
  return isFine ? [] : [`ended with ${code} and said ${stdout}: ${stderr.slice(0, 600)}`]
}

function judgeSpans(spans, expectHttp) {
  const calls = spans.filter(({ attributes }) => 'gen_ai.usage.input_tokens' in attributes)
  const tokens = calls.map(({ attributes }) => String(attributes['gen_ai.usage.input_tokens']))
  const told = calls.map(({ name, scope }) => `${name} of ${scope}`).join(', ')
  const faults = []
  if (tokens.toSorted().join() !== INPUT_TOKENS.join()) faults.push(`calls: ${told || 'none'}`)
  if (!expectHttp) return faults
  for (const call of calls) {
    const below = spans.filter(
      ({ parentSpanId, attributes }) =>
        parentSpanId === call.spanId && 'http.request.method' in attributes,
    )
    if (below.length !== 1) faults.push(`${call.name} has ${below.length} requests below it`)
  }
  return faults
}

async function runNode(node, cwd, args, env) {
  const child = spawn(node, args, { cwd, env, timeout: 60_000 })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { code, stdout, stderr }
}
