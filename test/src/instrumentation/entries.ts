import { mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const PACKAGE_ROOT = path.resolve(import.meta.dirname, '../..')

export interface SdkEntry {
  readonly version: string
  /** Files with a `load` that imports, or requires, this version by the SDK's own name. */
  readonly esm: string
  readonly commonjs: string
}

/**
 * Makes an application's folder in which the SDK's name means one of its versions. Import hooks go
 * by names, so that an alias such as `openai-6` would be another package to them.
 *
 * @param dependency what holds that version in this package's dependencies
 */
export function createEntry(name: string, dependency: string): SdkEntry {
  const folder = path.join(PACKAGE_ROOT, 'dist/instrumentation/entries', dependency)
  const link = path.join(folder, 'node_modules', name)
  const installed = realpathSync(path.join(PACKAGE_ROOT, 'node_modules', dependency))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.dirname(link), { recursive: true })
  symlinkSync(installed, link, 'junction')
  const esm = path.join(folder, 'load.mjs')
  const commonjs = path.join(folder, 'load.cjs')
  writeFileSync(esm, `export const load = () => import('${name}')\n`)
  writeFileSync(commonjs, `exports.load = () => require('${name}')\n`)
  const manifest: { version: string } = JSON.parse(
    readFileSync(path.join(installed, 'package.json'), 'utf8'),
  )
  return { version: manifest.version, esm, commonjs }
}
