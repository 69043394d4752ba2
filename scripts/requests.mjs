/**
 * Finds the Python package `requests` for a test, or fetches it.
 *
 *   node scripts/requests.mjs      prints the folder that holds it, for PYTHONPATH
 *
 * In this order: where python3 finds it; by pip, once. Exit codes are those of scripts/prometheus.mjs.
 */
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fetchOnce, homeOf, printFound, runProgram } from './programs.mjs'

const VERSION = '2.32.5'
const LOCATE = 'import os, requests; print(os.path.dirname(os.path.dirname(requests.__file__)))'

async function ensureRequests() {
  const there = locate({})
  if (there !== undefined) return { path: there }
  const home = homeOf(`requests-${VERSION}`)
  const found = await fetchOnce({
    title: 'the Python package requests',
    hint: 'install it for python3',
    home,
    tool: 'pip',
    isThere: () => locate({ PYTHONPATH: home }) === home,
    fetch: (folder) => {
      const into = ['--target', path.join(folder, 'unpacked'), '--only-binary', ':all:']
      return runProgram('pip', ['install', '--quiet', ...into, `requests==${VERSION}`], folder)
    },
  })
  return found.missing ? found : { path: home }
}

/** @returns {string | undefined} the folder in which python3 finds it. */
function locate(env) {
  const options = { encoding: 'utf8', env: { ...process.env, ...env } }
  const { status, stdout } = spawnSync('python3', ['-c', LOCATE], options)
  return status === 0 ? stdout.trim() : undefined
}

await printFound(ensureRequests)
