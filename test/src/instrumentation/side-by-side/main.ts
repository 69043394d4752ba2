/**
 * Runs the scenarios of the matrix with the instrumentations of others, newest versions on the
 * newest SDKs, and prints the table of docs/instrumentation-side-by-side.md. Not a part of the
 * tests: it installs each of them into a folder of its own, and what they do is not ours to fix.
 *
 * `npm run build && node test/dist/instrumentation/side-by-side/main.js`
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { sendJson, startProvider } from '../../demo/replies-over-http.ts'
import type { TestedSdk } from '../sdk.ts'
import { SDKS } from '../sdks/index.ts'
import { compareScenario, createTable, type Result, type SpanOfPeer } from './compare.ts'
import { COMPARED_SDKS, PEERS, SDK_PACKAGES, type Peer } from './peers.ts'

const ROOT = fileURLToPath(new URL('../../../dist/side-by-side/', import.meta.url))
const PACKAGE = fileURLToPath(new URL('../../..', import.meta.url))
const PROGRAM = fileURLToPath(new URL('program.js', import.meta.url))
const MAX_RUN_MS = 60_000

interface Installation extends Pick<Peer, 'name' | 'sdks'> {
  readonly folder: string
  readonly preload: readonly string[]
}

function install({ name, sdks, packages, preload }: Peer): Installation {
  const folder = path.join(ROOT, name.replace(/\W+/g, '-').toLowerCase())
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
  writeFileSync(path.join(folder, 'preload.cjs'), preload)
  const wanted = Object.entries({ ...SDK_PACKAGES, ...packages }).map((each) => each.join('@'))
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps']
  execFileSync('npm', ['install', ...flags, ...wanted], { cwd: folder, stdio: 'ignore' })
  return { name, sdks, folder, preload: ['--import', path.join(folder, 'preload.cjs')] }
}

const OURS: Installation = {
  name: 'spancost',
  sdks: COMPARED_SDKS,
  folder: PACKAGE,
  preload: ['--import', import.meta.resolve('@spancost/node/register')],
}

interface Run {
  readonly seen: ReadonlyMap<string, unknown>
  readonly spans: readonly SpanOfPeer[]
}

async function run(key: string, sdk: TestedSdk<never>, folder: string, preload: readonly string[]) {
  const provider = await sdk.startProvider()
  const spans: SpanOfPeer[] = []
  const receiver = await startProvider((request, response) => {
    const body = request.body as { resourceSpans?: { scopeSpans: ScopeSpans[] }[] }
    for (const { scopeSpans } of body.resourceSpans ?? []) {
      spans.push(...scopeSpans.flatMap((each) => each.spans.map((span) => ({ ...span, ...each }))))
    }
    sendJson(response, 200, {})
  })
  const child = spawn(process.execPath, ['--expose-gc', ...preload, PROGRAM], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: MAX_RUN_MS,
    env: {
      PATH: process.env['PATH'],
      SDK: key,
      FOLDER: folder,
      PROVIDER_URL: provider.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      ...sdk.environment,
    },
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await new Promise((resolve) => child.once('close', resolve))
  await provider.close()
  await receiver.close()
  const lines = output.split('\n').filter((line) => line.startsWith('['))
  return { spans, seen: new Map(lines.map((line): [string, unknown] => JSON.parse(line))) }
}

type ScopeSpans = Pick<SpanOfPeer, 'scope'> & { readonly spans: readonly SpanOfPeer[] }

async function compare(peer: Installation): Promise<readonly Result[]> {
  const results: Result[] = []
  for (const key of peer.sdks) {
    const sdk = SDKS[key]
    if (sdk === undefined) continue
    const plain: Run = await run(key, sdk, peer.folder, [])
    const observed: Run = await run(key, sdk, peer.folder, peer.preload)
    const scenarios = Object.keys(sdk.scenarios).map((name) =>
      compareScenario({
        name,
        isSame: isDeepStrictEqual(observed.seen.get(name), plain.seen.get(name)),
        expected: sdk.spans[name] ?? [],
        spans: observed.spans,
      }),
    )
    results.push({ peer: peer.name, sdk: sdk.name, scenarios })
  }
  return results
}

const results = await compare(OURS)
const all = [...results]
for (const peer of PEERS) {
  process.stderr.write(`${peer.name}\n`)
  all.push(...(await compare(install(peer))))
}
process.stdout.write(`${createTable(all)}\n`)
