import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { describeConfig } from './schema.ts'
import { readConfig } from '../config.ts'

interface Schema {
  readonly type?: string
  readonly pattern?: string
  readonly description?: string
  readonly default?: unknown
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema | false
  readonly items?: Schema
  readonly anyOf?: readonly Schema[]
}

function readFile(path: string): string {
  return readFileSync(new URL(path, import.meta.url), 'utf8')
}

// As a reader of the published file gets it.
const SCHEMA: Schema = JSON.parse(JSON.stringify(describeConfig()))

describe('the published JSON schema', () => {
  // In the root, after a build: npm run --silent spancost -- check --schema > FILE; then oxfmt it.
  test('is what `spancost check --schema` prints into processor/spancost.schema.json', () => {
    const published: unknown = JSON.parse(readFile('../../spancost.schema.json'))
    expect(published).toEqual(SCHEMA)
  })

  test('takes a variable wherever it asks for a certain text', () => {
    const patterns = [...JSON.stringify(SCHEMA).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)]
      .map(([, pattern]) => String(JSON.parse(pattern!)))
      .filter((pattern) => !pattern.startsWith('^')) // Those are for names of keys.
    expect(patterns.length).toBeGreaterThan(5)
    for (const pattern of patterns) {
      expect('${env:ANY:-10s}').toMatch(new RegExp(pattern, 'u'))
      expect('\n').not.toMatch(new RegExp(pattern, 'u'))
    }
  })
})

/** `| key | default | meaning |`, as the docs have it, of everything below a schema. */
function listRows(given: Schema, path: string, required: boolean): string[] {
  const schema = { ...given.anyOf?.find(({ type }) => type === 'object'), ...given }
  const { properties, items, additionalProperties, description } = schema
  const byDefault =
    given.default === undefined
      ? required
        ? 'required'
        : 'absent'
      : `\`${typeof given.default === 'string' ? given.default : JSON.stringify(given.default)}\``
  return [
    ...(description === undefined ? [] : [`| \`${path}\` | ${byDefault} | ${description} |`]),
    ...Object.entries(properties ?? {}).flatMap(([name, below]) => {
      const isRequired = schema.required?.includes(name) ?? false
      return listRows(below, path === '' ? name : `${path}.${name}`, isRequired)
    }),
    ...(items === undefined ? [] : listRows(items, `${path}[]`, true)),
    ...(additionalProperties ? listRows(additionalProperties, `${path}.<name>`, false) : []),
  ]
}

/** The rows of the table in a section of the docs, without the padding that a formatter adds. */
function readTable(section: string): string[] {
  const docs = readFile('../../../docs/configuration.md')
  const [, ...rest] = docs.split(/^## /m)
  const text = rest.find((one) => one.startsWith(`${section}\n`)) ?? ''
  const [, , ...rows] = text.split('\n').filter((line) => line.startsWith('|'))
  return rows.map((row) => row.replaceAll(/ +/g, ' '))
}

describe('docs/configuration.md', () => {
  test('explains every key', () => {
    const rows = listRows(SCHEMA, '', false)
      // Destinations are alike for all signals; the docs show them once.
      .filter((row) => !/^\| `forward\.(metrics|logs|profiles)\[\]/.test(row))
      .map((row) => row.replace('forward.traces[]', 'forward.<signal>[]'))
      // Tenants have what everybody has, which the docs show once.
      .filter((row) => !row.startsWith('| `prices.tenants.<name>.'))
    expect(readTable('Keys')).toEqual(rows)
  })

  test('lists the built-in dimensions', () => {
    const read = readConfig('', {})
    const dimensions = read.kind === 'config' ? read.config.dimensions : []
    const rows = dimensions.map(({ name, from, metric }) => {
      return `| ${name} | \`${from.join('`, `')}\` | ${metric ? 'yes' : 'no'} |`
    })
    expect(readTable('Dimensions')).toEqual(rows)
  })
})
