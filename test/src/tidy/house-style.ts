import path from 'node:path'
import { parse } from 'yaml'
import { isCode, type Rule, type SourceFile } from './tree.ts'

const MAX_FILE_LINES = 400

/** Rules of the linter that hold a part of the house style, with the settings they must have. */
const LINT_RULES: Readonly<Record<string, unknown>> = {
  'max-lines': ['error', MAX_FILE_LINES],
  'max-lines-per-function': ['error', 70],
  'import/no-default-export': 'error',
  'import/no-cycle': 'error',
  'unicorn/filename-case': ['error', { case: 'kebabCase' }],
}

/** Names that say nothing about what is inside. The config of the processor is the one exception. */
const EMPTY_NAME = /^(?:utils?|helpers?|common|types?|config|misc|shared|managers?)$/
const EMPTY_SUFFIX = /(?:Manager|Helper|Utils?)$|^[A-Z]\w+Service$/
const DECLARATION = /^(?:export )?(?:async )?(?:class|function|interface|type|const|let) (\w+)/gm

// Spelled so that this file does not find itself.
const UNFINISHED = /\b(?:TO[D]O|FIX[M]E|XX[X])\b/
const PARKED_TEST = /\b(?:test|it|describe|suite|bench)(?:\.\w+)*\.(?:only|skip|todo)\b/
const MACHINE_PATH = /(?<![\w.*-])\/(?:hom[e]|roo[t]|tm[p]|User[s]|wor[k])\/[\w.-]*/

export const checkFileSizes: Rule = (files) =>
  files.filter(isCode).flatMap(({ path: file, text }) => {
    const lines = text.replace(/\n$/, '').split('\n').length
    return lines > MAX_FILE_LINES ? [`${file}: ${lines} lines, the limit is ${MAX_FILE_LINES}`] : []
  })

/** Function sizes, file names and named exports are left to the linter; it must not lose them. */
export const checkLintRules: Rule = (files) =>
  files.filter(isRootFile('.oxlintrc.json')).flatMap(({ path: file, text }) => {
    const { rules = {} } = parseWithComments(text) as { rules?: Record<string, unknown> }
    return Object.entries(LINT_RULES)
      .filter(([rule, setting]) => JSON.stringify(rules[rule]) !== JSON.stringify(setting))
      .map(([rule, setting]) => `${file}: ${rule} must be ${JSON.stringify(setting)}`)
  })

export const checkNames: Rule = (files) =>
  files
    .filter(isCode)
    .flatMap(({ path: file, text }) => [
      ...file.split('/').flatMap((part) => checkPathPart(file, part)),
      ...[...text.matchAll(DECLARATION)]
        .filter(([, name = '']) => EMPTY_SUFFIX.test(name))
        .map(([, name]) => `${file}: the name ${name} says nothing`),
    ])

function checkPathPart(file: string, part: string): readonly string[] {
  const [stem = ''] = part.replace(/^\./, '').split('.')
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(stem)) return [`${file}: ${part} is not kebab-case`]
  const isEmpty = EMPTY_NAME.test(stem) && !/^processor\/src\/config[./]/.test(file)
  return isEmpty ? [`${file}: the name ${part} says nothing`] : []
}

export const checkUnfinished: Rule = findLines(UNFINISHED, 'is a note of unfinished work')

/** A test is there and runs, or it is not there; it may skip itself with a reason while it runs. */
export const checkParkedTests: Rule = findLines(PARKED_TEST, 'parks tests')

export const checkMachinePaths: Rule = findLines(MACHINE_PATH, 'is a path of one machine')

/** Versions stand in the catalog, exact ones only, each of them used. */
export const checkCatalog: Rule = (files) => {
  const manifests = files.filter((file) => path.posix.basename(file.path) === 'package.json')
  const used = new Set<string>()
  const loose = manifests.flatMap((manifest) =>
    listVersions(manifest).flatMap(([name, version]) => {
      if (version === 'catalog:') used.add(name)
      const isFine = version === 'catalog:' || version === 'workspace:*'
      return isFine ? [] : [`${manifest.path}: ${name} is ${version}, not catalog: or workspace:*`]
    }),
  )
  const catalogs = files.filter(isRootFile('pnpm-workspace.yaml')).flatMap((workspace) => {
    const { catalog = {} } = parse(workspace.text) as { catalog?: Record<string, string> }
    return Object.entries(catalog).flatMap(([name, version]) => {
      if (!/^(?:npm:[@\w/.-]+@)?\d+\.\d+\.\d+[-\w.]*$/.test(version)) {
        return [`${workspace.path}: ${name} is ${version}, not an exact version`]
      }
      return used.has(name) ? [] : [`${workspace.path}: ${name} is not used`]
    })
  })
  return [...loose, ...catalogs]
}

function listVersions(manifest: SourceFile): readonly [string, string][] {
  const { dependencies, devDependencies } = JSON.parse(manifest.text) as {
    readonly dependencies?: Readonly<Record<string, string>>
    readonly devDependencies?: Readonly<Record<string, string>>
  }
  return Object.entries({ ...dependencies, ...devDependencies })
}

function findLines(pattern: RegExp, problem: string): Rule {
  return (files) =>
    files.flatMap(({ path: file, text }) =>
      text.split('\n').flatMap((line, index) => {
        const [found] = pattern.exec(line) ?? []
        return found === undefined ? [] : [`${file}: line ${index + 1}: ${found} ${problem}`]
      }),
    )
}

function isRootFile(name: string): (file: SourceFile) => boolean {
  return (file) => file.path === name
}

/** JSON whose comments fill a line each. */
function parseWithComments(text: string): unknown {
  return JSON.parse(text.replace(/^\s*\/\/.*$/gm, ''))
}
