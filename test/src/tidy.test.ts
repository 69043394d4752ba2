/**
 * The rules of the house, held against the whole project, and each rule against a planted fault:
 * a rule that cannot fail would hold nothing.
 */
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  checkCatalog,
  checkFileSizes,
  checkLintRules,
  checkMachinePaths,
  checkNames,
  checkParkedTests,
  checkUnfinished,
} from './tidy/house-style.ts'
import {
  checkImportMap,
  checkPackageBorders,
  checkProcessorRooms,
  checkVariants,
} from './tidy/imports.ts'
import { readTree, type Rule } from './tidy/tree.ts'

const tree = readTree(path.resolve(import.meta.dirname, '../..'))

const RULES: Readonly<Record<string, Rule>> = {
  checkCatalog,
  checkFileSizes,
  checkImportMap,
  checkLintRules,
  checkMachinePaths,
  checkNames,
  checkPackageBorders,
  checkParkedTests,
  checkProcessorRooms,
  checkUnfinished,
  checkVariants,
}

describe('the project', () => {
  test('is read whole', () => {
    const paths = tree.map((file) => file.path)
    expect(paths).toContain('.oxlintrc.json')
    expect(paths).toContain('packages/genai/package.json')
    expect(paths).toContain('processor/src/service.ts')
    expect(paths).toContain('test/src/tidy.test.ts')
    expect(paths).not.toContainEqual(expect.stringMatching(/node_modules|\/dist\//))
  })

  test.each(Object.entries(RULES))('%s', (_, rule) => {
    expect(rule(tree)).toEqual([])
  })
})

describe('a planted fault is found:', () => {
  const manifest = (name: string, more: object = {}) => JSON.stringify({ name, ...more })
  const doors = { exports: { '.': {}, './register': {} } }
  const packages = {
    'packages/genai/package.json': manifest('@spancost/genai', doors),
    'packages/otlp/package.json': manifest('@spancost/otlp', doors),
    'packages/ledger/package.json': manifest('@spancost/ledger', doors),
    'instrumentation/openai/package.json': manifest('@spancost/instrumentation-openai', doors),
    'processor/package.json': manifest('spancost', doors),
  }
  const run = (rule: Rule, texts: Readonly<Record<string, string>>) =>
    rule(Object.entries(texts).map(([file, text]) => ({ path: file, text })))

  test.each([
    ['packages/otlp/src/a.ts', "import { b } from '@spancost/genai'", 'packages/genai'],
    ['packages/genai/src/a.ts', "export * from '@spancost/otlp'", 'packages/otlp'],
    [
      'packages/genai/src/a.ts',
      "import {\n  b,\n  c,\n} from '@spancost/ledger'",
      'packages/ledger',
    ],
    ['instrumentation/openai/src/a.ts', "await import('@spancost/otlp')", 'packages/otlp'],
    ['processor/src/a.ts', "import '@spancost/instrumentation-openai'", 'instrumentation/openai'],
    ['packages/unlisted/src/a.ts', "import '@spancost/genai'", 'packages/genai'],
    ['packages/ledger/src/a.ts', "import type { B } from 'spancost'", 'processor'],
  ])('%s: %j', (file, text, target) => {
    const room = file.replace(/\/src.*/, '')
    const faults = [`${file}: ${room} must not import ${target}`]
    expect(run(checkImportMap, { ...packages, [file]: text })).toEqual(faults)
  })

  test('a dependency against the import map', () => {
    const dependencies = { '@spancost/ledger': 'workspace:*' }
    const otlp = { 'packages/otlp/package.json': manifest('@spancost/otlp', { dependencies }) }
    expect(run(checkImportMap, { ...packages, ...otlp })).toEqual([
      'packages/otlp/package.json: packages/otlp must not import packages/ledger',
    ])
  })

  test('a path out of a package', () => {
    const file = { 'packages/otlp/src/a.ts': "import { b } from '../../genai/src/usage.ts'" }
    expect(run(checkPackageBorders, { ...packages, ...file })).toEqual([
      'packages/otlp/src/a.ts: ../../genai/src/usage.ts leaves its package',
    ])
  })

  test('a path into a package', () => {
    const text = [
      "import { a } from '@spancost/genai'",
      "import { b } from '@spancost/genai/register'",
      "import { c } from '@spancost/genai/dist/usage.js'",
    ]
    expect(run(checkPackageBorders, { ...packages, 'test/src/a.ts': text.join('\n') })).toEqual([
      'test/src/a.ts: @spancost/genai/dist/usage.js is not exported by @spancost/genai',
    ])
  })

  test('rooms of the processor that know each other', () => {
    const files = {
      'processor/src/receive/a.ts': "import { b } from '../forward/b.ts'",
      'processor/src/main.ts': "import './api/server.ts'\nimport './receive/a.ts'",
      'processor/src/service.ts': "import './api/server.ts'\nimport './receive/a.ts'",
    }
    expect(run(checkProcessorRooms, files)).toEqual([
      'processor/src/receive/a.ts: knows receive and forward',
      'processor/src/main.ts: knows api and receive',
    ])
  })

  test('a variant that is not listed', () => {
    const files = {
      'packages/genai/src/dialects/index.ts': "import { otel } from './otel.ts'",
      'packages/genai/src/dialects/otel.ts': "import { part } from './part.ts'",
      'packages/genai/src/dialects/part.ts': '',
      'packages/genai/src/dialects/forgotten.ts': '',
      'packages/ledger/src/index.ts': "export * from './stores/sqlite.ts'",
      'packages/ledger/src/stores/sqlite.ts': '',
      'packages/ledger/src/stores/postgres.ts': '',
    }
    expect(run(checkVariants, files)).toEqual([
      'packages/genai/src/dialects/forgotten.ts: not reached from packages/genai/src/dialects/index.ts',
      'packages/ledger/src/stores/postgres.ts: not reached from packages/ledger/src/index.ts',
    ])
  })

  test('a long file', () => {
    const files = { 'a.ts': 'x\n'.repeat(400), 'b.ts': 'x\n'.repeat(401) }
    expect(run(checkFileSizes, files)).toEqual(['b.ts: 401 lines, the limit is 400'])
  })

  test('a lint rule that was turned off', () => {
    const { text = '' } = tree.find((file) => file.path === '.oxlintrc.json') ?? {}
    const changed = text.replace(/("max-lines-per-function": ).*,/, '$1"off",')
    expect(run(checkLintRules, { '.oxlintrc.json': changed })).toEqual([
      '.oxlintrc.json: max-lines-per-function must be ["error",70]',
    ])
  })

  test('names that say nothing', () => {
    const files = {
      'packages/genai/src/util.ts': '',
      'processor/src/api/types.ts': '',
      'processor/src/api/readBody.ts': '',
      'processor/src/config.ts': 'export interface ConfigManager {}\nclass PriceService {}',
      'processor/src/config/file.ts': '',
      'processor/src/service.ts': 'export function startService() {}\ninterface Service {}',
    }
    expect(run(checkNames, files)).toEqual([
      'packages/genai/src/util.ts: the name util.ts says nothing',
      'processor/src/api/types.ts: the name types.ts says nothing',
      'processor/src/api/readBody.ts: readBody.ts is not kebab-case',
      'processor/src/config.ts: the name ConfigManager says nothing',
      'processor/src/config.ts: the name PriceService says nothing',
    ])
  })

  // Without the bars these lines would be found in this file.
  test.each([
    ['// TO|DO: later', checkUnfinished, 'TO|DO is a note of unfinished work'],
    ["test.on|ly('a', check)", checkParkedTests, 'test.on|ly parks tests'],
    ["it.concurrent.sk|ip('a')", checkParkedTests, 'it.concurrent.sk|ip parks tests'],
    ["const a = '/wo|rk/main/a.ts'", checkMachinePaths, '/wo|rk/main is a path of one machine'],
    ['cd /ho|me/ann/spancost', checkMachinePaths, '/ho|me/ann is a path of one machine'],
  ])('%s', (line, rule, problem) => {
    const text = `\n${line.replace('|', '')}\n`
    expect(run(rule, { 'a.ts': text })).toEqual([`a.ts: line 2: ${problem.replace('|', '')}`])
  })

  test('versions outside of the catalog, loose ones and unused ones in it', () => {
    const files = {
      'package.json': manifest('root', { devDependencies: { vitest: 'catalog:' } }),
      'test/package.json': manifest('test', { dependencies: { yaml: '^2.0.0' } }),
      'pnpm-workspace.yaml': 'catalog:\n  vitest: ~5.1.1\n  zod: 4.6.7\n',
    }
    expect(run(checkCatalog, files)).toEqual([
      'test/package.json: yaml is ^2.0.0, not catalog: or workspace:*',
      'pnpm-workspace.yaml: vitest is ~5.1.1, not an exact version',
      'pnpm-workspace.yaml: zod is not used',
    ])
  })
})
