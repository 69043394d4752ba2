import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEntry } from './entries.ts'
import { runProgram } from './harness.ts'
import { SDKS } from './sdks/index.ts'

const MAIN = new URL('../../../processor/dist/main.js', import.meta.url).pathname

interface Explained {
  readonly operation: string
  readonly responseModel: string | null
  readonly serviceTier?: string
  readonly standing: string
  readonly usd?: string
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'spancost-batches-'))
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

/** What the processor makes of the spans of two processes that read the same batch, each many times. */
async function explainTwoRuns(key: string): Promise<readonly Explained[]> {
  const sdk = SDKS[key]!
  const { esm } = createEntry(key, sdk, sdk.versions[0]!)
  const run = async () =>
    runProgram('program.js', {
      startProvider: sdk.startProvider,
      nodeArguments: ['--expose-gc'],
      env: { SDK: key, ENTRY: esm },
    })
  const runs = [await run(), await run()]
  const requests = runs.flatMap(({ traceRequests }) => traceRequests)
  const files = requests.map((_, index) => path.join(folder, `${key}-${index}.json`))
  await Promise.all(files.map((file, at) => writeFile(file, JSON.stringify(requests[at]))))
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'explain', ...files])
  const lines = stdout.trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Explained)
}

const readBatch = (all: readonly Explained[]) =>
  all.filter(({ serviceTier }) => serviceTier === 'batch')
const readCounted = (all: readonly Explained[]) =>
  all
    .filter(({ standing }) => standing === 'counted')
    .map(({ responseModel, usd }) => ({ responseModel, usd }))

/** Half of the list: per million, 1.5 in, 0.15 read, 3 written for an hour, 7.5 out. */
const MESSAGE = { responseModel: 'claude-sonnet-4-6', usd: '0.0013125' }

test('messages of a batch that is read over and over are counted once', async () => {
  const operations = readBatch(await explainTwoRuns('anthropicBatches'))
  expect(operations).toHaveLength(14)
  expect(readCounted(operations)).toEqual([MESSAGE, MESSAGE])
})

test('so are the results in a file of OpenAI', async () => {
  const operations = readBatch(await explainTwoRuns('openaiMore'))
  expect(operations).toHaveLength(12)
  expect(readCounted(operations)).toEqual([
    // Per million: 0.075 in, half of that cached, 0.3 out.
    { responseModel: 'gpt-4o-mini-2024-07-18', usd: '0.0000324' },
    { responseModel: 'text-embedding-3-small', usd: '0.00000037' },
  ])
})
