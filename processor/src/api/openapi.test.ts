import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestApi, TRACE_ONE, type TestApi } from '../testing/api.ts'
import { describeApi } from './openapi.ts'
import { ROUTES } from './routes.ts'

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema
  readonly items?: Schema
}

interface Operation {
  readonly parameters?: readonly { readonly $ref?: string; readonly name?: string }[]
  readonly responses: { readonly 200: { readonly content: Record<string, { schema: Schema }> } }
}

// As a reader of the document gets it.
const API: {
  readonly info: { readonly version: string }
  readonly paths: Readonly<Record<string, { readonly get: Operation; readonly post?: Operation }>>
} = JSON.parse(JSON.stringify(describeApi('1.2.3')))

function resolve(ref: string): unknown {
  return ref
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>((at, step) => Object.entries(at ?? {}).find(([key]) => key === step)?.[1], API)
}

/** Every place where a value is not what the schema says; members that it does not name included. */
function findMismatches(given: Schema, value: unknown, path: string): string[] {
  const schema: Schema = given.$ref === undefined ? given : Object(resolve(given.$ref))
  const words = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  if (words !== undefined) return words.includes(value) ? [] : [`${path}: ${String(value)}`]
  if (Array.isArray(value)) {
    if (schema.type !== 'array') return [`${path}: a list`]
    return value.flatMap((item, i) => findMismatches(schema.items ?? {}, item, `${path}[${i}]`))
  }
  if (typeof value !== 'object' || value === null) {
    const type = Number.isInteger(value) && schema.type === 'integer' ? 'integer' : typeof value
    return type === schema.type ? [] : [`${path}: ${type}, not ${schema.type}`]
  }
  if (schema.type !== 'object') return [`${path}: an object`]
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name))
  return [
    ...missing.map((name) => `${path}.${name}: missing`),
    ...Object.entries(value).flatMap(([name, member]) => {
      const known = schema.properties?.[name] ?? schema.additionalProperties
      if (known !== undefined) return findMismatches(known, member, `${path}.${name}`)
      return schema.properties === undefined ? [] : [`${path}.${name}: not in the schema`]
    }),
  ]
}

let api: TestApi

beforeAll(async () => {
  api = await startTestApi()
})

afterAll(() => api.stop())

describe('the OpenAPI document', () => {
  test('is served', async () => {
    expect(await api.json('/api/v1/openapi.json')).toEqual(API)
    expect(API.info.version).toBe('1.2.3')
  })

  test('has every route with its parameters, and no other', () => {
    const described = Object.entries(API.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { parameters = [] }]) => {
        const names = parameters.map(({ $ref, name }) => name ?? $ref?.split('/').at(-1))
        return [`${method.toUpperCase()} ${path}`, new Set(names)]
      }),
    )
    const routes = ROUTES.flatMap(({ method, path, parameterNames }) =>
      (method === 'ANY' ? ['GET', 'POST'] : [method]).map((each) => [
        `${each} ${path.replace('{+', '{')}`,
        new Set(parameterNames),
      ]),
    )
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(routes))
  })

  test('refers only to what is there', () => {
    const refs = [...JSON.stringify(API).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref!)
    expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([])
    expect(refs.length).toBeGreaterThan(10)
  })

  test.each([
    ['/api/v1/spend', '?by=model,team&granularity=day'],
    ['/api/v1/spend', '?range=7d&zone=Asia/Kolkata&granularity=hour'],
    ['/api/v1/traces', ''],
    ['/api/v1/traces', '?from=2026-08-01'],
    ['/api/v1/traces', '?where=team=web'],
    ['/api/v1/unpriced', '?where=model=two'],
    ['/api/v1/unpriced', ''],
    ['/api/v1/held', ''],
    ['/api/v1/percentiles', '?by=model'],
    ['/api/v1/forecast', ''],
    ['/api/v1/traces/{traceId}', ''],
    ['/api/v1/traces/{traceId}', '?spans=columns'],
    ['/api/v1/entries', `?traceId=${TRACE_ONE}`],
    ['/api/v1/prices', '?provider=acme&model=one'],
    ['/api/v1/prices', '?provider=acme&model=nine'],
    ['/api/v1/budgets', ''],
    ['/api/v1/audit', ''],
    ['/api/v1/alerts', ''],
    ['/healthz', ''],
    ['/readyz', ''],
  ])('describes what %s%s answers', async (path, query) => {
    const answer = await api.json(path.replace('{traceId}', TRACE_ONE) + query)
    const { content } = API.paths[path]!.get.responses[200]
    expect(findMismatches(content['application/json']!.schema, answer, '$')).toEqual([])
  })

  test('describes a problem', async () => {
    const problem = await api.json('/api/v1/spend?from=x')
    expect(findMismatches({ $ref: '#/components/schemas/Problem' }, problem, '$')).toEqual([])
  })

  test('would be caught with a fault', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a', 'b'] }
    expect(findMismatches(schema, { a: 1, c: 2 }, '$')).toEqual([
      '$.b: missing',
      '$.a: number, not string',
      '$.c: not in the schema',
    ])
  })
})
