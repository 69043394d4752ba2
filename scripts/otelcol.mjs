/**
 * Finds an OpenTelemetry Collector for the end-to-end tests, or builds one.
 *
 *   node scripts/otelcol.mjs [MANIFEST]      prints the path of the binary
 *
 * In this order: the binary that SPANCOST_OTELCOL names, unless another manifest is asked for; the
 * one that was built earlier from the manifest (collector-config/builder.yaml), kept outside the tree in ${XDG_CACHE_HOME:-~/.cache}/spancost; a
 * new build with Go 1.26 or newer (a minute or two, once; seconds where Go's caches are warm).
 * Exit code 0: standard output is the path. 3: it cannot be had here, and standard error says why;
 * tests skip then, except where CI=true. 1: SPANCOST_OTELCOL names no file that can be run.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { constants, promises as fs } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './lock.mjs'

const DEFAULT_MANIFEST = fileURLToPath(new URL('../collector-config/builder.yaml', import.meta.url))
const OLDEST_GO = [1, 26]
const BUILD_LIMIT_MS = 15 * 60_000

/**
 * @returns {Promise<{ path: string } | { missing: string }>} `missing` is the reason, in words.
 * @throws {Error} where SPANCOST_OTELCOL names no file that can be run.
 */
export async function ensureCollector(manifestFile = DEFAULT_MANIFEST) {
  const named = process.env['SPANCOST_OTELCOL']
  if (named && manifestFile === DEFAULT_MANIFEST) {
    if (await isExecutable(named)) return { path: path.resolve(named) }
    throw new Error(`SPANCOST_OTELCOL is ${named}, which is not a file that can be run`)
  }
  const manifest = await fs.readFile(manifestFile, 'utf8')
  const cache = path.join(
    process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'),
    'spancost',
  )
  const binary = path.join(cache, `otelcol-${hashManifest(manifest)}`)
  if (await isExecutable(binary)) return { path: binary }

  const noGo = findGoProblem()
  if (noGo) return { missing: noGo }
  return withLock(`${binary}.lock`, async () =>
    // Whoever held the lock before us has probably built it.
    (await isExecutable(binary))
      ? { path: binary }
      : buildCollector(manifestFile, manifest, binary),
  )
}

/** Comments do not change what is built, so they do not change the name either. */
function hashManifest(manifest) {
  const content = manifest.replace(/^\s*#.*\n/gm, '')
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n${content}`)
  return hash.digest('hex').slice(0, 16)
}

async function isExecutable(file) {
  try {
    await fs.access(file, constants.X_OK)
    return (await fs.stat(file)).isFile()
  } catch {
    return false
  }
}

/** @returns {string | undefined} why Go cannot build a Collector here. */
function findGoProblem() {
  const wanted = `Go ${OLDEST_GO.join('.')} or newer`
  const remedy = `install it, or name a Collector in SPANCOST_OTELCOL`
  const go = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' })
  if (go.status !== 0)
    return `${wanted} is needed to build a Collector and was not found; ${remedy}`
  const version = go.stdout.trim()
  const [major, minor] = (/^go(\d+)\.(\d+)/.exec(version) ?? []).slice(1).map(Number)
  if (major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1])) return undefined
  return `${wanted} is needed to build a Collector, but this is ${version}; ${remedy}`
}

async function buildCollector(manifestFile, manifest, binary) {
  const version = /^\s+version: (\S+)$/m.exec(manifest)[1]
  const name = /^\s+name: (\S+)$/m.exec(manifest)[1]
  const folder = await fs.mkdtemp(`${binary}.build-`)
  console.error(`building a Collector ${version} (a minute or two, once) ...`)
  try {
    // The manifest's output path is relative, so the sources and the binary land in `folder`.
    const builder = `go.opentelemetry.io/collector/cmd/builder@v${version}`
    const problem = await runBuilder(['run', builder, `--config=${manifestFile}`], folder)
    if (problem) return { missing: `the Collector could not be built: ${problem}` }
    await fs.rename(path.join(folder, '_build', name), binary)
    return { path: binary }
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** @returns {Promise<string | undefined>} why it failed: the last lines that it printed. */
function runBuilder(args, cwd) {
  return new Promise((resolve) => {
    // Two compilers at a time keep the build inside a small machine's memory.
    const env = { ...process.env, GOMAXPROCS: '2' }
    const child = spawn('go', args, { cwd, env, timeout: BUILD_LIMIT_MS })
    let output = ''
    const keep = (chunk) => (output = (output + chunk).slice(-4000))
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) =>
      resolve(code === 0 ? undefined : `exit ${code ?? signal}\n${output.trim()}`),
    )
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const manifestFile = process.argv[2] && path.resolve(process.argv[2])
    const found = await ensureCollector(manifestFile)
    if ('path' in found) console.log(found.path)
    else console.error(found.missing)
    process.exitCode = 'path' in found ? 0 : 3
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
