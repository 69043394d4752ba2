/**
 * Finds a Chromium for tests, or fetches one.
 *
 *   node scripts/chromium.mjs      prints a program that runs it
 *
 * In this order: the program that SPANCOST_CHROMIUM names; one on PATH; Debian's
 * chromium-headless-shell with the libraries that this machine lacks, as apt is set up, unpacked
 * outside the tree in ${XDG_CACHE_HOME:-~/.cache}/spancost (once); nothing is installed. Exit code
 * 0: standard output is the program. 3: it cannot be had here, and standard error says why; tests
 * skip then, except where CI=true. 1: SPANCOST_CHROMIUM does not run.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from './lock.mjs'

const PROGRAMS = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]
const PACKAGES = ['chromium-headless-shell', 'fonts-liberation']
const LIMIT_MS = 5 * 60_000

/**
 * @returns {Promise<{ path: string } | { missing: string }>} `missing` is the reason, in words.
 * @throws {Error} where SPANCOST_CHROMIUM names a program that does not run.
 */
export async function ensureChromium() {
  const named = process.env['SPANCOST_CHROMIUM']
  if (named) {
    const problem = tryRun(named)
    if (problem === undefined) return { path: path.resolve(named) }
    throw new Error(`SPANCOST_CHROMIUM is ${named}, which does not run: ${problem}`)
  }
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const found = PROGRAMS.map((name) => path.join(folder, name)).find((file) => existsSync(file))
    if (found !== undefined && tryRun(found) === undefined) return { path: found }
  }
  const cache = path.join(
    process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'),
    'spancost',
  )
  const home = path.join(cache, `chromium-${process.arch}`)
  const program = path.join(home, 'run')
  if (existsSync(program) && tryRun(program) === undefined) return { path: program }
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    return {
      missing:
        'Chromium was not found on PATH, and there is no apt-get to fetch it with; ' +
        'install it, or name the program in SPANCOST_CHROMIUM',
    }
  }
  return withLock(`${home}.lock`, async () => {
    // Whoever held the lock before us has probably fetched it.
    const isThere = existsSync(program) && tryRun(program) === undefined
    const problem = isThere ? undefined : fetchPackages(cache, home)
    return problem ? { missing: `Chromium could not be fetched: ${problem}` } : { path: program }
  })
}

/** @returns {string | undefined} why it does not run. */
function tryRun(program) {
  return run(program, ['--no-sandbox', '--version'], os.tmpdir())
}

/** @returns {string | undefined} why it failed. */
function fetchPackages(cache, home) {
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(path.join(cache, 'chromium.fetch-'))
  try {
    let problem = downloadPackages(folder)
    // A fresh machine has no package lists yet; only root may fetch them.
    if (problem && process.getuid?.() === 0) {
      run('apt-get', ['update', '--quiet'], folder)
      problem = downloadPackages(folder)
    }
    if (problem) return problem
    const unpacked = path.join(folder, 'unpacked')
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
      problem = run('dpkg-deb', ['--extract', file, 'unpacked'], folder)
      if (problem) return problem
    }
    writeProgram(unpacked, home)
    rmSync(home, { recursive: true, force: true })
    renameSync(unpacked, home)
    return tryRun(path.join(home, 'run'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** apt knows which libraries are missing; it takes no lock, as it installs nothing. */
function downloadPackages(folder) {
  mkdirSync(path.join(folder, 'partial'), { recursive: true })
  const options = ['--quiet', '--yes', '--download-only', '--no-install-recommends']
  const settings = ['-o', `Dir::Cache::archives=${folder}`, '-o', 'Debug::NoLocking=1']
  return run('apt-get', [...options, ...settings, 'install', ...PACKAGES], folder)
}

/** A script that finds the libraries and fonts where they were unpacked. */
function writeProgram(unpacked, home) {
  const files = readdirSync(unpacked, { recursive: true, withFileTypes: true })
  const libraries = files.filter(({ name }) => /\.so(?:\.|$)/.test(name))
  const folders = new Set(libraries.map(({ parentPath }) => path.relative(unpacked, parentPath)))
  const paths = [...folders].map((folder) => path.join(home, folder))
  const fonts = [path.join(home, 'usr', 'share', 'fonts'), '/usr/share/fonts']
  const settings = fonts.map((each) => `<dir>${each}</dir>`).join('')
  writeFileSync(
    path.join(unpacked, 'fonts.conf'),
    `<?xml version="1.0"?>
<fontconfig>${settings}
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`,
  )
  const program = path.join(home, 'usr', 'lib', 'chromium', 'chromium-headless-shell')
  writeFileSync(
    path.join(unpacked, 'run'),
    `#!/bin/sh
export LD_LIBRARY_PATH="${paths.join(':')}:$LD_LIBRARY_PATH"
export FONTCONFIG_FILE="${path.join(home, 'fonts.conf')}"
exec "${program}" "$@"
`,
  )
  chmodSync(path.join(unpacked, 'run'), 0o755)
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
    const found = await ensureChromium()
    if ('path' in found) console.log(found.path)
    else console.error(found.missing)
    process.exitCode = 'path' in found ? 0 : 3
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
