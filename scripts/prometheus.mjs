/**
 * Finds Prometheus and promtool for tests, or fetches them.
 *
 *   node scripts/prometheus.mjs      prints the folder that has both
 *
 * In this order: the folder that SPANCOST_PROMETHEUS names; one on PATH; Debian's package, as apt is
 * set up, unpacked outside the tree in ${XDG_CACHE_HOME:-~/.cache}/spancost (19 MB, once); nothing
 * is installed. Exit code 0: standard output is the folder. 3: they cannot be had here, and standard
 * error says why; tests skip then, except where CI=true. 1: SPANCOST_PROMETHEUS lacks one of them.
 */
import { spawnSync } from 'node:child_process'
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './lock.mjs'

const PROGRAMS = ['prometheus', 'promtool']
const LIMIT_MS = 5 * 60_000

/**
 * @returns {Promise<{ path: string } | { missing: string }>} `missing` is the reason, in words.
 * @throws {Error} where SPANCOST_PROMETHEUS names a folder that lacks one of them.
 */
export async function ensurePrometheus() {
  const named = process.env['SPANCOST_PROMETHEUS']
  if (named) {
    if (hasPrograms(named)) return { path: path.resolve(named) }
    throw new Error(`SPANCOST_PROMETHEUS is ${named}, which lacks ${PROGRAMS.join(' or ')}`)
  }
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).find(hasPrograms)
  if (onPath) return { path: onPath }
  const cache = path.join(
    process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'),
    'spancost',
  )
  const home = path.join(cache, `prometheus-${process.arch}`)
  const folder = path.join(home, 'usr', 'bin')
  if (hasPrograms(folder)) return { path: folder }
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    return {
      missing:
        'Prometheus was not found on PATH, and there is no apt-get to fetch it with; ' +
        'install it, or name the folder of prometheus and promtool in SPANCOST_PROMETHEUS',
    }
  }
  return withLock(`${home}.lock`, async () => {
    // Whoever held the lock before us has probably fetched it.
    const problem = hasPrograms(folder) ? undefined : fetchPackage(cache, home)
    return problem ? { missing: `Prometheus could not be fetched: ${problem}` } : { path: folder }
  })
}

function hasPrograms(folder) {
  if (folder === '') return false
  try {
    for (const program of PROGRAMS) accessSync(path.join(folder, program), constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** @returns {string | undefined} why it failed. */
function fetchPackage(cache, home) {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(path.join(cache, 'prometheus.fetch-'))
  try {
    let problem = run('apt-get', ['download', '--quiet', 'prometheus'], folder)
    // A fresh machine has no package lists yet; only root may fetch them.
    if (problem && process.getuid?.() === 0) {
      run('apt-get', ['update', '--quiet'], folder)
      problem = run('apt-get', ['download', '--quiet', 'prometheus'], folder)
    }
    if (problem) return problem
    const file = readdirSync(folder).find((name) => name.endsWith('.deb'))
    problem = run('dpkg-deb', ['--extract', file, 'unpacked'], folder)
    if (problem) return problem
    rmSync(home, { recursive: true, force: true })
    renameSync(path.join(folder, 'unpacked'), home)
    return hasPrograms(path.join(home, 'usr', 'bin')) ? undefined : `${file} lacks the programs`
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {string | undefined} why it failed: the last lines that it printed. */
function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  if (status === 0) return undefined
  return error?.message ?? `${command} ${args[0]}: ${`${stdout}${stderr}`.trim().slice(-2000)}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const found = await ensurePrometheus()
    if ('path' in found) console.log(found.path)
    else console.error(found.missing)
    process.exitCode = 'path' in found ? 0 : 3
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
