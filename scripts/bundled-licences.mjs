/** A plugin of the bundler that writes down whose code a bundle contains, and their licences. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const FILE = 'THIRD-PARTY-LICENSES.txt'
const LICENCE = /^(licen[cs]e|notice|copying)/i

export function writeLicences() {
  return {
    name: 'bundled-licences',
    generateBundle(_, bundle) {
      const files = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}))
      const folders = new Set(files.map(findPackage).filter((folder) => folder !== undefined))
      const texts = [...folders].map(describePackage).toSorted()
      if (texts.length > 0) {
        this.emitFile({
          type: 'asset',
          fileName: FILE,
          source: texts.join(`\n${'-'.repeat(80)}\n\n`),
        })
      }
    },
  }
}

/** The folder of the installed package that a file is of; `undefined` for a file of ours. */
function findPackage(file) {
  const parts = file.replaceAll('\\', '/').split('/node_modules/')
  if (parts.length < 2) return undefined
  const [scope, name] = parts.at(-1).split('/')
  const root = parts.slice(0, -1).join('/node_modules/')
  return path.join(root, 'node_modules', scope, scope.startsWith('@') ? name : '')
}

function describePackage(folder) {
  const { name, version, license } = readManifest(folder)
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE.test(entry.name))
    .map((entry) => entry.name)
  if (files.length === 0) throw new Error(`${name} has no licence that could be handed on`)
  const texts = files.map((file) => readFileSync(path.join(folder, file), 'utf8').trim())
  return [`${name} ${version} (${license})`, ...texts, ''].join('\n\n')
}

function readManifest(folder) {
  const file = path.join(folder, 'package.json')
  if (!existsSync(file)) throw new Error(`${folder} is bundled and no package`)
  return JSON.parse(readFileSync(file, 'utf8'))
}
