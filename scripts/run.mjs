/**
 * The commands of this checkout: `npm start`, `npm test`, `npm run check` and
 * `npm run --silent spancost -- VERB`. Plain JavaScript without dependencies, because it has to run
 * on a fresh machine, on Node 18 and newer, before anything is installed. It installs and builds
 * what is missing (setup.mjs), then hands over; the exit code is the one of the program it ran.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { runChild, runStep } from './child.mjs'
import { build, fetchNode, prepareCheckout, ROOT, SetupError } from './setup.mjs'

const TASKS = {
  start: runStart,
  test: runTests,
  spancost: runSpancost,
  check: runChecks,
  bench: runBenchmark,
  matrix: runMatrix,
  chaos: runChaos,
  packed: (tools) => runPacked(tools, 'try-packed.mjs', []),
  'start-up': (tools, args) => runPacked(tools, 'bench-start.mjs', args),
  fuzz: (tools, args) => runTestProgram(tools, 'fuzz', args),
  faults: (tools, args) => runTestProgram(tools, 'faults', args),
  soak: (tools, args) => runTestProgram(tools, 'soak', args),
  race: (tools, args) => runTestProgram(tools, 'budgets', args),
  traces: (tools, args) => runTestProgram(tools, 'traces', args),
}

const SPANCOST = 'processor/dist/main.js'
const DEMO = 'test/dist/demo/main.js'

/** Beside the Node that runs the tasks: with loader threads only, and the newest. */
const MATRIX_NODES = ['22.23.3', '26.10.0']

/** Scripts of installed packages. The types come before them: the linter reads what they build. */
const CHECKS = {
  lint: ['oxlint/bin/oxlint'],
  format: ['oxfmt/bin/oxfmt', '--check'],
  unused: ['knip/bin/knip.js'],
  tidy: ['vitest/vitest.mjs', 'run', 'test/src/tidy.test.ts'],
  'published shape': ['../scripts/published-shape.mjs'],
}

const [taskName, ...taskArgs] = process.argv.slice(2)
try {
  if (!Object.hasOwn(TASKS, taskName)) {
    throw new SetupError(`unknown task ${taskName}; there are ${Object.keys(TASKS).join(', ')}`)
  }
  process.exitCode = await TASKS[taskName](await prepareCheckout(), taskArgs)
} catch (error) {
  const isPlain = error instanceof SetupError || (error.cause ?? error).code !== undefined
  console.error(`[setup] ${isPlain ? error.message : error.stack}`)
  process.exitCode = 1
}

/** The processor with the caller's configuration; without one, the demo, which shows a cost at once. */
async function runStart(tools, args) {
  const isConfigured =
    existsSync(path.join(callerFolder(), 'spancost.yaml')) ||
    args.some((arg) => arg === '--config' || arg.startsWith('--config='))
  await buildOrThrow(tools)
  return runScript(tools, isConfigured ? [SPANCOST, 'serve', ...args] : [DEMO, ...args])
}

async function runSpancost(tools, args) {
  await buildOrThrow(tools)
  return runScript(tools, [SPANCOST, ...args])
}

/** Calls of every SDK with random fates: 10 000, or as many as `CHAOS_CALLS` says. */
async function runChaos(tools, args) {
  await buildOrThrow(tools)
  const env = { CHAOS_CALLS: '10000', ...tools.env }
  const test = ['vitest/vitest.mjs', 'run', 'test/src/instrumentation/chaos', ...args]
  return runTool(runChild, { ...tools, env }, test)
}

/** A program of test/src/bench, by its name. */
async function runBenchmark(tools, [name, ...args]) {
  await buildOrThrow(tools)
  return runScript(tools, [`test/dist/bench/${name}.js`, ...args])
}

/** The scenario matrix of the instrumentations, with `--all-nodes` on every Node that they know. */
async function runMatrix(tools, args) {
  await buildOrThrow(tools)
  const isWide = args.includes('--all-nodes')
  const others = isWide ? await Promise.all(MATRIX_NODES.map((version) => fetchNode(version))) : []
  const env = { ...tools.env, MATRIX_NODES: [tools.node, ...others].join(',') }
  const rest = args.filter((arg) => arg !== '--all-nodes')
  const test = ['vitest/vitest.mjs', 'run', 'test/src/instrumentation/matrix', ...rest]
  return runTool(runChild, { ...tools, env }, test)
}

/** A script about the packages as npm would hand them out. */
async function runPacked(tools, script, args) {
  await buildOrThrow(tools)
  return runChild(tools.node, [path.join(ROOT, 'scripts', script), ...args], {
    cwd: ROOT,
    env: tools.env,
    stdio: 'inherit',
  })
}

/** The long form of what `npm test` does for a moment. */
async function runTestProgram(tools, name, args) {
  await buildOrThrow(tools)
  return runScript(tools, [`test/dist/${name}/main.js`, ...args])
}

async function runTests(tools, args) {
  await buildOrThrow(tools)
  return runTool(runChild, tools, ['vitest/vitest.mjs', 'run', ...args])
}

/** Runs every check even when one fails, and ends with a plain closing line. */
async function runChecks(tools) {
  console.log('== types: typescript/bin/tsc -b')
  const codes = { types: await build(tools) }
  for (const [name, command] of Object.entries(CHECKS)) {
    console.log(`\n== ${name}: ${command.join(' ')}`)
    codes[name] = await runTool(runStep, tools, command)
  }
  const names = Object.keys(codes)
  const failed = names.filter((name) => codes[name] !== 0)
  if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
  console.log(`\n${names.length - failed.length} passed, ${failed.length} failed`)
  return failed.length === 0 ? 0 : 1
}

async function buildOrThrow(tools) {
  const code = await build(tools)
  if (code !== 0) throw new SetupError(`the build failed (tsc ended with ${code})`)
}

/** A script of ours, in the folder of the caller, with standard input and output untouched. */
function runScript({ node, env }, [script, ...args]) {
  const options = { cwd: callerFolder(), env, stdio: 'inherit' }
  return runChild(node, [path.join(ROOT, script), ...args], options)
}

function runTool(run, { node, env }, [script, ...args]) {
  const options = { cwd: ROOT, env, stdio: 'inherit' }
  return run(node, [path.join(ROOT, 'node_modules', script), ...args], options)
}

/** npm changes to the root of the checkout and tells where it was called from. */
function callerFolder() {
  const isMovedByNpm = process.cwd() === ROOT && process.env.npm_lifecycle_event !== undefined
  return isMovedByNpm ? (process.env.INIT_CWD ?? ROOT) : process.cwd()
}
