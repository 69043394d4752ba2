/**
 * Programs that tests need and npm does not have: what scripts/{prometheus,alertmanager,chromium,
 * envoy,requests}.mjs have in common. Whatever is fetched is unpacked outside the tree, in
 * ${XDG_CACHE_HOME:-~/.cache}/spancost, once; nothing is installed.
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
import { withLock } from './lock.mjs'

const LIMIT_MS = 5 * 60_000

/** Where something that was fetched lives. */
export function homeOf(name) {
  const cache = process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache')
  return path.join(cache, 'spancost', `${name}-${process.arch}`)
}

/**
 * A folder that has all of some programs: the one that `variable` names; one on PATH; that of a
 * Debian package.
 * @param {{
 *   title: string, variable: string, programs: string[], package: string,
 *   prepare?: (unpacked: string) => string | undefined,
 * }} wanted `prepare` makes what was unpacked run, and answers why it failed.
 * @returns {Promise<{ path: string } | { missing: string }>} `missing` is the reason, in words.
 * @throws {Error} where `variable` names a folder that lacks one of them.
 */
export async function ensureFolder({ title, variable, programs, package: name, prepare }) {
  const has = (folder) => hasPrograms(folder, programs)
  const named = process.env[variable]
  if (named) {
    if (has(named)) return { path: path.resolve(named) }
    throw new Error(`${variable} is ${named}, which lacks ${programs.join(' or ')}`)
  }
  const onPath = (process.env['PATH'] ?? '').split(path.delimiter).find(has)
  if (onPath) return { path: onPath }
  const home = homeOf(name)
  const folder = path.join(home, 'usr', 'bin')
  const hint = `install it, or name the folder of ${programs.join(' and ')} in ${variable}`
  const found = await fetchOnce({
    title,
    hint,
    home,
    tool: 'apt-get',
    isThere: () => has(folder),
    fetch: (into) =>
      unpackPackages(into, ['download', '--quiet', name]) ?? prepare?.(path.join(into, 'unpacked')),
  })
  return found.missing ? found : { path: folder }
}

function hasPrograms(folder, programs) {
  if (folder === '') return false
  try {
    for (const program of programs) accessSync(path.join(folder, program), constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Fills `home` by `fetch`, unless `isThere` already; processes that want the same wait for the first.
 * @param {{
 *   title: string, hint: string, home: string, tool: string,
 *   isThere: () => boolean,
 *   fetch: (folder: string) => string | undefined,
 * }} wanted `fetch` fills the folder `unpacked` of an empty one, and answers why it failed.
 * @returns {Promise<{ missing?: string }>}
 */
export async function fetchOnce({ title, hint, home, tool, isThere, fetch }) {
  if (isThere()) return {}
  if (spawnSync(tool, ['--version']).status !== 0) {
    return {
      missing: `${title} was not found on PATH, and there is no ${tool} to fetch it with; ${hint}`,
    }
  }
  return withLock(`${home}.lock`, async () => {
    // Whoever held the lock before us has probably fetched it.
    if (isThere()) return {}
    mkdirSync(path.dirname(home), { recursive: true })
    const folder = mkdtempSync(`${home}.fetch-`)
    try {
      const problem = fetch(folder)
      if (problem) return { missing: `${title} could not be fetched: ${problem}` }
      rmSync(home, { recursive: true, force: true })
      renameSync(path.join(folder, 'unpacked'), home)
      return isThere() ? {} : { missing: `${title} was fetched, and does not run here` }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
}

/**
 * Lets apt-get download Debian packages into `folder` and unpacks them into its `unpacked`.
 * @returns {string | undefined} why it failed.
 */
export function unpackPackages(folder, args) {
  let problem = runProgram('apt-get', args, folder)
  // A fresh machine has no package lists yet; only root may fetch them.
  if (problem && process.getuid?.() === 0) {
    runProgram('apt-get', ['update', '--quiet'], folder)
    problem = runProgram('apt-get', args, folder)
  }
  if (problem) return problem
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
    problem = runProgram('dpkg-deb', ['--extract', file, 'unpacked'], folder)
    if (problem) return problem
  }
  return undefined
}

/** @returns {string | undefined} why it failed: the last lines that it printed. */
export function runProgram(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: LIMIT_MS,
  })
  if (status === 0) return undefined
  return error?.message ?? `${command} ${args[0]}: ${`${stdout}${stderr}`.trim().slice(-2000)}`
}

/** Prints what was found. Exit code 3: it cannot be had here; 1: what was named is wrong. */
export async function printFound(ensure) {
  try {
    const found = await ensure()
    if ('path' in found) console.log(found.path)
    else console.error(found.missing)
    process.exitCode = 'path' in found ? 0 : 3
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
