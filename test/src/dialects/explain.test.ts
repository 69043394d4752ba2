import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { listCaptures, readCapture, toRequest } from '../captures/captures.ts'
import { EXPECTED } from '../captures/expected-operations.ts'

const MAIN = new URL('../../../processor/dist/main.js', import.meta.url).pathname

/** What `spancost explain` says of a span. */
interface Explained {
  readonly traceId: string
  readonly spanId: string
  readonly requestModel: string | null
  readonly responseModel: string | null
  readonly serviceTier?: string
  readonly usage: Readonly<Record<string, number>>
  readonly standing: string
  readonly status: string
  readonly usd?: string
  readonly reason?: string
}

/** In the order of the table below; what the usage leaves out is 0. */
const FIELDS = [
  'inputTokens',
  'cacheReadTokens',
  'cacheWrite5mTokens',
  'cacheWrite1hTokens',
  'inputAudioTokens',
  'outputTokens',
  'outputAudioTokens',
  'webSearches',
] as const

/**
 * What calls of the captures cost: model, tier, counts, and the amount or the reason why there is
 * none. By hand, in millionths of a dollar: gpt-5.4 is 2.5 in, 0.25 cached, 15 out (flex 1.25, 0.13,
 * 7.5; priority 5, 0.5, 30), claude-opus-4-8 5 in, 0.5 read, 6.25 written, 25 out (10 % more at
 * Bedrock in a geography), gpt-4o-transcribe 6 in and 10 out.
 */
const COSTS = `
gpt-5.4 standard 1200 1024 128 0 0 340 0 0 priced 0.005796
gpt-5.4 - 1200 1024 128 0 0 340 0 0 priced 0.005796
gpt-5.4 - 1200 1024 0 0 0 340 0 0 priced 0.005796
gpt-5.4 flex 1200 1024 128 0 0 340 0 0 priced 0.00290312
gpt-5.4 priority 1200 1024 128 0 0 340 0 0 priced 0.011592
gpt-5.4 - 1200 1024 0 0 16 340 8 0 partial 0.005636 no_rate
gpt-5.4 - 1200 0 0 0 0 340 0 0 priced 0.0081
gpt-5.4 standard 7 0 0 0 0 3 0 0 priced 0.0000625
gpt-3.5-turbo-instruct - 5 0 0 0 0 7 0 0 priced 0.0000215
text-embedding-3-small - 8 0 0 0 0 0 0 0 priced 0.00000016
gpt-4o-transcribe - 14 0 0 0 14 4 0 0 priced 0.000124
claude-opus-4-8 - 2325 2000 300 0 0 90 0 0 priced 0.00525
claude-opus-4-8 priority 2325 2000 200 100 0 90 0 0 unpriced no_rate
claude-opus-4-8 priority 2325 2000 200 100 0 90 0 2 unpriced no_rate
claude-opus-4-8 priority 2325 2000 200 100 0 0 0 0 unpriced no_rate
us.anthropic.claude-opus-4-8-v1:0 priority 2325 2000 200 100 0 90 0 0 unpriced no_rate
us.anthropic.claude-opus-4-8-v1:0 - 2325 0 0 0 0 90 0 0 estimated 0.0152625 ambiguous_usage
bedrock:claude-opus-4-8 - 2325 2000 300 0 0 90 0 0 priced 0.005775
anthropic - 2325 2000 300 0 0 90 0 0 unpriced unknown_model
`
  .trim()
  .split('\n')

function describeCall(call: Explained & { readonly provider?: string | null }): string {
  const { serviceTier = '-', usage, status, usd, reason } = call
  const model = (call.responseModel ?? call.requestModel ?? '').replace(
    'gpt-5.4-2026-08-01',
    'gpt-5.4',
  )
  const isBare = call.provider === 'aws.bedrock' && model === 'claude-opus-4-8'
  const counts = FIELDS.map((field) => usage[field] ?? 0)
  const cost = [status, usd, reason].filter((part) => part !== undefined)
  return [isBare ? `bedrock:${model}` : model, serviceTier, ...counts, ...cost].join(' ')
}

test('every capture through `spancost explain`: each call once, at what it costs', async (context) => {
  const files = listCaptures(context)
  const folder = await mkdtemp(path.join(tmpdir(), 'spancost-explain-'))
  try {
    const places = new Map<string, string>()
    const paths: string[] = []
    for (const file of files) {
      for (const { scenario, spans } of readCapture(context, file)) {
        const place = `${file} ${scenario}`
        for (const { traceId, spanId } of spans) places.set(`${traceId} ${spanId}`, place)
        const to = path.join(folder, `${paths.length}.json`)
        await writeFile(to, JSON.stringify(toRequest(spans)))
        paths.push(to)
      }
    }
    const run = promisify(execFile)
    const options = { cwd: folder, maxBuffer: 64 * 1024 * 1024 }
    const { stdout } = await run(process.execPath, [MAIN, 'explain', ...paths], options)
    const explained = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Explained)

    const counted = explained.filter(
      (each) => each.standing === 'counted' && each.status !== 'free',
    )
    const calls = Map.groupBy(counted, ({ traceId, spanId }) => places.get(`${traceId} ${spanId}`))
    const found = [...calls].map(([place, { length }]) => `${place} ${length}`).toSorted()
    // The calls of a scenario as they are stated by hand.
    const expected = files.flatMap((file) =>
      readCapture(context, file).flatMap(({ scenario }) => {
        const stated = EXPECTED[file]?.find(([names]) => names.split(' ').includes(scenario)) ?? []
        const leaves = stated.slice(1).filter((operation) => operation.startsWith('leaf '))
        return leaves.length === 0 ? [] : `${file} ${scenario} ${leaves.length}`
      }),
    )
    expect(found).toEqual(expected.toSorted())

    const costs = new Set(counted.filter(({ reason }) => reason !== 'no_usage').map(describeCall))
    expect([...costs].toSorted()).toEqual(COSTS.toSorted())
    const unknown = counted.filter(({ reason }) => reason === 'no_usage')
    expect(
      unknown.filter(({ usage, usd }) => usd !== undefined || Object.keys(usage).length > 0),
    ).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})
