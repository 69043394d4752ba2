/**
 * What it costs to find out that a span is nobody's, and how that grows with the number of dialects:
 *
 *   npm run bench:recognize [-- --quick] [-- --json]
 *
 * Foreign spans of HTTP servers and databases; times in nanoseconds per span, medians of one run.
 * `scan` looks for the marks of so many dialects in protobuf, which is where the processor drops a
 * foreign span. `recognize` asks all dialects, for a span that the scan did not drop.
 */
import { parseArgs } from 'node:util'
import { DIALECTS, recognize, type AttributeValue, type SpanFacts } from '@spancost/genai'
import { scanTraces, type ScanKeys } from '@spancost/otlp'
import { createBatch } from './batches.ts'

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
})
const SAMPLES = flags.quick ? 3 : 31
const BATCHES = 12
const SPANS = 512
let kept = 0

const batches = Array.from({ length: BATCHES }, (_, seed) =>
  createBatch({ spans: SPANS, genAiPercent: 0 }, seed + 1),
)
const counts = [1, 6, 13, DIALECTS.length]
const scans = counts.map((count) => {
  const dialects = DIALECTS.slice(-count)
  const keys: ScanKeys = {
    marks: [...new Set(dialects.flatMap(({ marks }) => marks))],
    span: [...new Set(dialects.flatMap((dialect) => dialect.keys))],
    shared: ['service.name'],
    own: [],
  }
  const nanos = measure(BATCHES * SPANS, () => {
    for (const batch of batches) {
      const result = scanTraces(batch, 'protobuf', keys)
      if (result.kind !== 'scanned' || result.scan.spans.length > 0) throw new Error('not foreign')
      kept += result.scan.spanCount
    }
  })
  return { dialects: count, marks: keys.marks.length, nanos }
})

/** As a span looks that has an attribute which dialects read, and none that marks it. */
const FOREIGN: readonly SpanFacts[] = ['@opentelemetry/instrumentation-http', 'acme'].map(
  (scopeName) => {
    const attributes = new Map<string, AttributeValue>([
      ['server.address', 'shop.example.com'],
      ['http.request.method', 'GET'],
      ['error.type', '404'],
    ])
    return { name: 'GET', scopeName, scopeVersion: '1', attribute: (key) => attributes.get(key) }
  },
)
const REPEATS = 1000
const asked = measure(REPEATS * FOREIGN.length, () => {
  for (let index = 0; index < REPEATS; index++) {
    for (const span of FOREIGN) if (recognize(span) === undefined) kept++
  }
})

if (flags.json) {
  console.log(JSON.stringify({ bench: 'recognize', unit: 'ns/span', scans, recognize: asked }))
} else {
  for (const { dialects, marks, nanos } of scans) {
    console.log(`scan for ${dialects} dialects with ${marks} marks: ${nanos} ns`)
  }
  console.log(`recognize, all ${DIALECTS.length} dialects: ${asked} ns`)
}

/** The median of the samples, for one of `count` spans. */
function measure(count: number, run: () => void): number {
  for (let index = 0; index < SAMPLES; index++) run()
  const samples = Array.from({ length: SAMPLES }, () => {
    const start = process.hrtime.bigint()
    run()
    return Number(process.hrtime.bigint() - start) / count
  })
  if (kept === 0) throw new Error('nothing was done')
  return Math.round(samples.toSorted((a, b) => a - b)[Math.floor(SAMPLES / 2)] ?? 0)
}
