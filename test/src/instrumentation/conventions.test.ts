import { existsSync, readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createEntry } from './entries.ts'
import { runProgram, type ProgramRun } from './harness.ts'
import { readTypedAttributes } from './received-spans.ts'
import { SDKS } from './sdks/index.ts'

/** The GenAI conventions' own files, as of August 2026. */
const CONVENTIONS = new URL('../../../../shared/semconv/', import.meta.url)
const REGISTRIES = ['gen-ai-registry', 'openai-registry', 'aws-bedrock-registry']
const HAS_CONVENTIONS = existsSync(CONVENTIONS)

/** What the files do not have yet: a rename, kinds of tokens, and what was billed. */
const NEWER: Readonly<Record<string, string>> = {
  'gen_ai.usage.cache_write.input_tokens': 'int',
  'gen_ai.usage.audio.input_tokens': 'int',
  'gen_ai.usage.audio.cache_read.input_tokens': 'int',
  'gen_ai.usage.audio.output_tokens': 'int',
  'gen_ai.usage.image.input_tokens': 'int',
  'gen_ai.usage.image.output_tokens': 'int',
  'gen_ai.usage.cost.amount': 'double',
  'gen_ai.usage.cost.currency': 'string',
  'gen_ai.usage.cost.source': 'string',
}

/** Of the conventions for everything. */
const GENERAL: Readonly<Record<string, string>> = {
  'error.type': 'string',
  'server.address': 'string',
  'server.port': 'int',
}

/** Our own, and tiers in the manner of `openai.response.service_tier`. */
const OURS: Readonly<Record<string, string>> = {
  'anthropic.request.service_tier': 'string',
  'anthropic.response.service_tier': 'string',
  'aws.bedrock.request.service_tier': 'string',
  'aws.bedrock.response.service_tier': 'string',
  'spancost.response.region': 'string',
  'spancost.response.service_tier': 'string',
  'spancost.usage.audio_seconds': 'double',
  'spancost.usage.cache_write_1h.input_tokens': 'int',
  'spancost.usage.characters': 'int',
  'spancost.usage.images': 'int',
  'spancost.usage.pages': 'int',
  'spancost.usage.searches': 'int',
  'spancost.usage.web_searches': 'int',
}

/** Values where the conventions have no word and allow one's own. */
const OWN_VALUES: Readonly<Record<string, readonly string[]>> = {
  'gen_ai.operation.name': ['image_generation', 'ocr', 'rerank', 'systemone', 'transcription'],
  'gen_ai.provider.name': ['ollama', 'openrouter', 'together'],
  // Newer tiers of OpenAI.
  'openai.request.service_tier': ['flex', 'priority'],
}

/** Spans that the SDK makes by itself, and that have its own names and attributes. */
const NATIVE = /^(anthropic|ai)\./

interface Definition {
  readonly key: string
  readonly type: string | { readonly members: readonly { readonly value: string }[] }
}
interface Metric {
  readonly name: string
  readonly unit: string
  readonly attributes: readonly { readonly ref?: string; readonly ref_group?: string }[]
}

function readYaml(name: string): unknown {
  return parse(readFileSync(new URL(`${name}.yaml`, CONVENTIONS), 'utf8'))
}

const definitions = new Map<string, Definition['type']>(
  Object.entries({ ...NEWER, ...GENERAL, ...OURS }),
)

beforeAll(() => {
  for (const name of HAS_CONVENTIONS ? REGISTRIES : []) {
    const { attributes } = readYaml(name) as { attributes: readonly Definition[] }
    for (const { key, type } of attributes) definitions.set(key, type)
  }
})

/** OTLP writes an integral double as any double; our JSON reader of the wire tells both apart. */
const WIRE_KINDS: Readonly<Record<string, readonly string[]>> = {
  string: ['stringValue'],
  // JSON text, because spans have no attributes of objects in JavaScript.
  any: ['stringValue'],
  int: ['intValue'],
  double: ['doubleValue', 'intValue'],
  boolean: ['boolValue'],
  'string[]': ['arrayValue'],
}

type Typed = ReturnType<typeof readTypedAttributes>

function findViolations(attributes: Typed): readonly string[] {
  return Object.entries(attributes).flatMap(([key, { kind, value }]) => {
    const type = definitions.get(key)
    if (type === undefined) return [`${key}: no such attribute`]
    if (typeof type === 'string') {
      return WIRE_KINDS[type]?.includes(kind) === true ? [] : [`${key}: ${kind} is no ${type}`]
    }
    const values = [...type.members.map((member) => member.value), ...(OWN_VALUES[key] ?? [])]
    return values.includes(String(value)) ? [] : [`${key}: ${String(value)} is no value of it`]
  })
}

describe.skipIf(!HAS_CONVENTIONS)('the conventions', () => {
  test.each(Object.entries(SDKS))(
    '%s: no span and no metric violates them',
    async (key, sdk) => {
      const { esm } = createEntry(key, sdk, sdk.versions[0] ?? sdk.name)
      const run = await runProgram('program.js', {
        nodeArguments: ['--expose-gc'],
        startProvider: sdk.startProvider,
        env: { SDK: key, ENTRY: esm, OTEL_METRICS_EXPORTER: 'otlp', ...sdk.environment },
      })
      const scenarios = Object.keys(sdk.scenarios)
      const spans = run.spans.filter(({ name }) => !scenarios.includes(name) && !NATIVE.test(name))
      expect(run.spans.length).toBeGreaterThan(scenarios.length)
      expect([...new Set(spans.flatMap(checkSpan))]).toEqual([])
      expect([...new Set(run.metrics.flatMap(checkMetric))]).toEqual([])
      // Anthropic's own spans, and those of a batch's results, come without metrics.
      const measured = spans.filter(({ links = [] }) => links.length === 0)
      expect(run.metrics.length > 0).toBe(measured.length > 0)
    },
    30_000,
  )
})

test('whether the conventions are there', (found) => {
  if (!HAS_CONVENTIONS) found.skip('no shared copy of the conventions beside this checkout')
  expect(definitions.size).toBeGreaterThan(80)
  const broken = { 'gen_ai.usage.input_tokens': { kind: 'stringValue', value: '5' } }
  expect(findViolations(broken)).toEqual(['gen_ai.usage.input_tokens: stringValue is no int'])
  const unknown = { 'gen_ai.provider.name': { kind: 'stringValue', value: 'acme' } }
  expect(findViolations(unknown)).toEqual(['gen_ai.provider.name: acme is no value of it'])
})

/** What the conventions name the spans of kind INTERNAL by, beside the operation. */
const INTERNAL_NAMES: Readonly<Record<string, string>> = {
  execute_tool: 'gen_ai.tool.name',
  invoke_agent: 'gen_ai.agent.name',
  invoke_workflow: 'gen_ai.workflow.name',
}

function checkSpan(span: ProgramRun['spans'][number]): readonly string[] {
  const attributes = readTypedAttributes(span.attributes)
  const read = (key: string) => attributes[key]?.value
  const operation = String(read('gen_ai.operation.name'))
  const internal = INTERNAL_NAMES[operation]
  const subject = read(internal ?? 'gen_ai.request.model')
  const name = typeof subject === 'string' ? `${operation} ${subject}` : operation
  const holds = {
    'the name is the operation and its subject': span.name === name,
    'the kind is CLIENT, or INTERNAL above calls': span.kind === (internal === undefined ? 3 : 1),
    'a provider is named': internal !== undefined || read('gen_ai.provider.name') !== undefined,
    'a host has a port': 'server.address' in attributes === 'server.port' in attributes,
    'an error has a type, nothing else has':
      (span.status.code === 2) === 'error.type' in attributes,
    'a first chunk is a stream’s': !(
      'gen_ai.response.time_to_first_chunk' in attributes && read('gen_ai.request.stream') !== true
    ),
  }
  const broken = Object.entries(holds).flatMap(([rule, isKept]) => (isKept ? [] : [rule]))
  return [...findViolations(attributes), ...broken].map((fault) => `${span.name}: ${fault}`)
}

/** Attributes that the groups of the file bring to each of the client's metrics. */
const METRIC_ATTRIBUTES: ReadonlySet<string> = new Set([
  'error.type',
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'gen_ai.response.model',
  'gen_ai.token.type',
  'server.address',
  'server.port',
])

function checkMetric(metric: ProgramRun['metrics'][number]): readonly string[] {
  const { metrics } = readYaml('gen-ai-metrics') as { metrics: readonly Metric[] }
  const defined = metrics.find(({ name }) => name === metric.name)
  if (defined === undefined) return [`${metric.name}: no such metric`]
  const points = metric.histogram?.dataPoints ?? []
  const faults = points.flatMap((point) => {
    const attributes = readTypedAttributes(point.attributes)
    const strangers = Object.keys(attributes).filter((key) => !METRIC_ATTRIBUTES.has(key))
    const needsType = metric.name === 'gen_ai.client.token.usage'
    return [
      ...findViolations(attributes),
      ...strangers.map((key) => `${key} is not the metric's`),
      ...('gen_ai.token.type' in attributes === needsType ? [] : ['gen_ai.token.type']),
    ]
  })
  if (points.length === 0) faults.push('it is no histogram')
  if (metric.unit !== defined.unit) faults.push(`its unit is ${metric.unit}`)
  return faults.map((fault) => `${metric.name}: ${fault}`)
}
