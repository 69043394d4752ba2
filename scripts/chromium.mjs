/**
 * Finds a Chromium for tests, or fetches one.
 *
 *   node scripts/chromium.mjs      prints a program that runs it
 *
 * In this order: the program that SPANCOST_CHROMIUM names; one on PATH; Debian's
 * chromium-headless-shell with the libraries that this machine lacks, as apt is set up (once). Exit
 * code 0: standard output is the program. 3: it cannot be had here, and standard error says why; tests
 * skip then, except where CI=true. 1: SPANCOST_CHROMIUM does not run.
 */
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fetchOnce, homeOf, printFound, runProgram, unpackPackages } from './programs.mjs'

const PROGRAMS = [
  'chromium-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
]
const PACKAGES = ['chromium-headless-shell', 'fonts-liberation']

/**
 * @returns {Promise<{ path: string } | { missing: string }>} `missing` is the reason, in words.
 * @throws {Error} where SPANCOST_CHROMIUM names a program that does not run.
 */
async function ensureChromium() {
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
  const home = homeOf('chromium')
  const program = path.join(home, 'run')
  const found = await fetchOnce({
    title: 'Chromium',
    hint: 'install it, or name the program in SPANCOST_CHROMIUM',
    home,
    tool: 'apt-get',
    isThere: () => existsSync(program) && tryRun(program) === undefined,
    fetch: (folder) => fetchPackages(folder, home),
  })
  return found.missing ? found : { path: program }
}

/** @returns {string | undefined} why it does not run. */
function tryRun(program) {
  return runProgram(program, ['--no-sandbox', '--version'], os.tmpdir())
}

/**
 * apt knows which libraries are missing; it takes no lock, as it installs nothing.
 * @returns {string | undefined} why it failed.
 */
function fetchPackages(folder, home) {
  mkdirSync(path.join(folder, 'partial'), { recursive: true })
  const options = ['--quiet', '--yes', '--download-only', '--no-install-recommends']
  const settings = ['-o', `Dir::Cache::archives=${folder}`, '-o', 'Debug::NoLocking=1']
  const problem = unpackPackages(folder, [...options, ...settings, 'install', ...PACKAGES])
  if (problem === undefined) writeProgram(path.join(folder, 'unpacked'), home)
  return problem
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

await printFound(ensureChromium)
