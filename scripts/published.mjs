/**
 * Builds and packs every package that is to be published, as its users get it: ES modules, CommonJS,
 * types. A package is published if its manifest has a `publishConfig`. Nothing is sent anywhere.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { build } from 'tsdown'
import { writeLicences } from './bundled-licences.mjs'
import { findPnpm, ROOT } from './setup.mjs'

/** Only for `--import`, which takes ES modules. */
export const ESM_ONLY = new Set(['./register'])

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

/** @returns of each package `folder`, `manifest` and `tarball`, a file in the folder `target` */
export async function packAll(target) {
  const pnpm = await findPnpm()
  const packages = findPackages()
  for (const one of packages) await buildPackage(one)
  return packages.map((one) => ({ ...one, tarball: packPackage(one, pnpm, target) }))
}

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
    logLevel: 'error',
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
function packPackage({ folder }, pnpm, target) {
  const args = [...pnpm.args, 'pack', '--json', '--pack-destination', target]
  const output = execFileSync(pnpm.command, args, {
    ...pnpm.options,
    cwd: folder,
    encoding: 'utf8',
  })
  return JSON.parse(output).filename
}

/** Unpacks them below `work` as npm would; what else they need is that of the checkout. */
export function layOut(packages, work) {
  for (const { manifest, tarball } of packages) {
    const target = path.join(work, 'node_modules', manifest.name)
    mkdirSync(target, { recursive: true })
    execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1'])
  }
  // After all of them, so that tarballs find each other.
  for (const { folder, manifest } of packages) {
    const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    for (const name of names) linkPackage(name, folder, work)
  }
}

/** Makes a package that `folder` has one of `work`, unless there is one of its name. */
export function linkPackage(name, folder, work) {
  const target = path.join(work, 'node_modules', name)
  mkdirSync(path.dirname(target), { recursive: true })
  try {
    symlinkSync(path.join(folder, 'node_modules', name), target, 'junction')
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
  }
}
