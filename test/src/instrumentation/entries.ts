import { mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestedSdk } from './sdk.ts'

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
 * @param key of the SDK in the matrix
 * @param dependency what holds that version in this package's dependencies
 */
export function createEntry(
  key: string,
  { name, modules = [name] }: Pick<TestedSdk<never>, 'name' | 'modules'>,
  dependency: string,
): SdkEntry {
  const folder = path.join(PACKAGE_ROOT, 'dist/instrumentation/entries', key, dependency)
  const link = path.join(folder, 'node_modules', name)
  const installed = realpathSync(path.join(PACKAGE_ROOT, 'node_modules', dependency))
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(path.dirname(link), { recursive: true })
  symlinkSync(installed, link, 'junction')
  const esm = path.join(folder, 'load.mjs')
  const commonjs = path.join(folder, 'load.cjs')
  writeFileSync(esm, `export const load = async () => ${mergeOf(modules, 'await import')}\n`)
  writeFileSync(commonjs, `exports.load = () => ${mergeOf(modules, 'require')}\n`)
  const manifest: { version: string } = JSON.parse(
    readFileSync(path.join(installed, 'package.json'), 'utf8'),
  )
  return { version: manifest.version, esm, commonjs }
}

/** One module's exports stay what they are. */
function mergeOf(modules: readonly string[], load: string): string {
  const loads = modules.map((name) => `${load}('${name}')`)
  return loads.length === 1 ? loads.join() : `Object.assign({}, ${loads.join(', ')})`
}
