/**
 * Packs every package that is to be published and looks at the tarball: `publint` for the manifest,
 * `attw` for the types under every kind of resolution. Both kinds of modules are loaded, and
 * applications use them with real SDKs as users do. Nothing is sent anywhere.
 *
 * In the checkout, tests and programs use what `tsc -b` builds.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from 'tsdown'
import { findFaults } from './packed/run-app.mjs'
import { ESM_ONLY, layOut, linkPackage, packAll } from './published.mjs'
import { ROOT } from './setup.mjs'

/** What applications install beside a package of ours. */
const PEERS = new Set(['@opentelemetry/api'])

/** What the applications of the folder `packed` use. */
const SDKS = ['@anthropic-ai/sdk', '@google/genai', 'openai']

/** Everything in one CommonJS file, as servers are often deployed. */
const BUNDLED = {
  config: false,
  platform: 'node',
  format: 'cjs',
  fixedExtension: true,
  dts: false,
  logLevel: 'error',
  deps: { alwaysBundle: [/./] },
}

const work = mkdtempSync(path.join(tmpdir(), 'spancost-shape-'))
const faults = []
let packages = []
try {
  packages = await packAll(work)
  for (const one of packages) await checkTarball(one)
  layOut(packages, work)
  for (const one of packages) loadBoth(one)
  await runApps()
} finally {
  rmSync(work, { recursive: true, force: true })
}
for (const fault of faults) console.error(fault)
console.log(`${packages.length} packages: ${faults.length === 0 ? 'as they should be' : 'faulty'}`)
process.exitCode = faults.length === 0 ? 0 : 1

async function checkTarball({ manifest, tarball }) {
  const report = (text) => faults.push(`${manifest.name}: ${text}`)
  const bytes = readFileSync(tarball)
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)

  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true })
  for (const message of messages) report(`publint: ${formatMessage(message, pkg)}`)

  const { problems = [] } = await checkPackage(createPackageFromTarballData(new Uint8Array(bytes)))
  for (const problem of problems) {
    const door = problem.entrypoint ?? ''
    // Resolution as in Node 10 knows no doors but the main one.
    if (problem.resolutionKind === 'node10' && door !== '.') continue
    if (ESM_ONLY.has(door)) continue
    report(`attw: ${problem.kind} ${door} ${problem.resolutionKind ?? ''}`)
  }
  const peers = Object.keys(manifest.peerDependencies ?? {})
  for (const peer of peers) if (!PEERS.has(peer)) report(`${peer} is a peer`)
}

/** On every Node and beside other instrumentations, `npm run try:packed` does the same. */
async function runApps() {
  for (const name of SDKS) linkPackage(name, path.join(ROOT, 'test'), work)
  cpSync(path.join(import.meta.dirname, 'packed'), work, { recursive: true })
  const entry = { bundled: 'bundled.mjs' }
  await build({ cwd: work, entry, ...BUNDLED, outDir: 'out' })
  const cases = {
    'register, ES modules': ['--import', '@spancost/node/register', 'app.mjs'],
    'register, CommonJS': ['--import', '@spancost/node/register', 'app.cjs'],
    'an SDK of the user, ES modules': ['--import', './own-sdk.mjs', 'app.mjs'],
    'an SDK of the user, CommonJS': ['--import', './own-sdk.mjs', 'app.cjs'],
    'a bundle': ['out/bundled.cjs'],
  }
  for (const [name, args] of Object.entries(cases)) {
    const found = await findFaults({ node: process.execPath, folder: work, args })
    faults.push(...found.map((fault) => `${name}: ${fault}`))
  }
}

function loadBoth({ manifest }) {
  for (const door of Object.keys(manifest.publishConfig.exports)) {
    const id = path.posix.join(manifest.name, door)
    const esm = ['--input-type=module', '-e', `await import('${id}')`]
    const cjs = ['--input-type=commonjs', '-e', `require('${id}')`]
    for (const args of ESM_ONLY.has(door) ? [esm] : [esm, cjs]) {
      try {
        execFileSync(process.execPath, args, {
          cwd: work,
          encoding: 'utf8',
          stdio: 'pipe',
          env: { PATH: process.env.PATH, OTEL_SDK_DISABLED: 'true' },
        })
      } catch (error) {
        faults.push(`${id}: ${args[0]}: ${String(error.stderr).split('\n').slice(0, 8).join('\n')}`)
      }
    }
  }
}
