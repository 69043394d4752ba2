/**
 * Builds every package that is to be published as its users get it (ES modules, CommonJS, types),
 * packs it, and looks at the tarball: `publint` for the manifest, `attw` for the types under every
 * kind of resolution, and both kinds of modules are loaded. Nothing is sent anywhere.
 *
 * A package is published if its manifest has a `publishConfig`. In the checkout, tests and programs
 * use what `tsc -b` builds.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from 'tsdown'
import { writeLicences } from './bundled-licences.mjs'
import { findPnpm } from './setup.mjs'

const ROOT = path.resolve(import.meta.dirname, '..')

/** What applications install beside a package of ours. */
const PEERS = new Set(['@opentelemetry/api'])

/** Only for `--import`, which takes ES modules. */
const ESM_ONLY = new Set(['./register'])

/**
 * What `--import @spancost/node/register` does not bring along, because it is seldom needed at the
 * start (or has to be a file of its own, which hooks refer to). All else is put into one file, as
 * finding and loading 350 small ones takes three times as long as running what is in them.
 */
const LOADED_LATER = [
  '@opentelemetry/sdk-node',
  /^@opentelemetry\/exporter-/,
  /^import-in-the-middle/,
]

const packages = findPackages()
const pnpm = await findPnpm()
const work = mkdtempSync(path.join(tmpdir(), 'spancost-shape-'))
const faults = []
try {
  for (const one of packages) await buildPackage(one)
  for (const one of packages) await checkTarball(one, packPackage(one))
  for (const one of packages) linkDependencies(one)
  for (const one of packages) loadBoth(one)
} finally {
  rmSync(work, { recursive: true, force: true })
}
for (const fault of faults) console.error(fault)
console.log(`${packages.length} packages: ${faults.length === 0 ? 'as they should be' : 'faulty'}`)
process.exitCode = faults.length === 0 ? 0 : 1

function findPackages() {
  const folders = ['packages', 'instrumentation'].flatMap((room) =>
    readdirSync(path.join(ROOT, room)).map((name) => path.join(ROOT, room, name)),
  )
  return folders
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')),
    }))
    .filter(({ manifest }) => manifest.publishConfig !== undefined)
}

async function buildPackage({ folder, manifest }) {
  const doors = Object.keys(manifest.publishConfig.exports)
  const options = {
    cwd: folder,
    outDir: 'publish',
    config: false,
    platform: 'node',
    target: 'node22.15',
    dts: true,
    fixedExtension: true,
    shims: true,
    sourcemap: false,
    logLevel: 'warn',
    tsconfig: path.join(folder, 'tsconfig.json'),
  }
  const entryOf = (list) => list.map((door) => `src/${door === '.' ? 'index' : door.slice(2)}.ts`)
  const both = doors.filter((door) => !ESM_ONLY.has(door))
  const started = doors.filter((door) => ESM_ONLY.has(door))
  await build({ ...options, entry: entryOf(both), format: 'esm' })
  await build({ ...options, entry: entryOf(both), format: 'cjs', clean: false })
  if (started.length > 0) {
    await build({
      ...options,
      entry: entryOf(started),
      format: 'esm',
      clean: false,
      deps: { alwaysBundle: [/./], neverBundle: LOADED_LATER },
      plugins: [writeLicences()],
    })
  }
}

/** What npm would get. */
function packPackage({ folder }) {
  const args = [...pnpm.args, 'pack', '--json', '--pack-destination', work]
  const output = execFileSync(pnpm.command, args, {
    ...pnpm.options,
    cwd: folder,
    encoding: 'utf8',
  })
  return JSON.parse(output).filename
}

async function checkTarball({ manifest }, tarball) {
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

  const target = path.join(work, 'node_modules', manifest.name)
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
}

/** Tarballs find each other where they were unpacked, and what else they need in the checkout. */
function linkDependencies({ folder, manifest }) {
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const target = path.join(work, 'node_modules', name)
    mkdirSync(path.dirname(target), { recursive: true })
    try {
      symlinkSync(path.join(folder, 'node_modules', name), target, 'junction')
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
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
