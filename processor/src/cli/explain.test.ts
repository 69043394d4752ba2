import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transcodeJson } from '@spancost/otlp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runVerb } from '../testing/run-verb.ts'

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'

let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spancost-explain-'))
})

afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, content: string | Uint8Array): string {
  const file = join(folder, name)
  writeFileSync(file, content)
  return file
}

type Values = Readonly<Record<string, string | number>>

/** An OTLP/JSON request with one span, which started on 2026-08-01. */
function createRequest(spanId: string, attributes: Values, traceId = TRACE_ID): string {
  const span = {
    traceId,
    spanId,
    name: 'a span',
    startTimeUnixNano: '1785542400000000000',
    endTimeUnixNano: '1785542401000000000',
    attributes: Object.entries(attributes).map(([key, value]) => ({
      key,
      value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
    })),
  }
  return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })
}

const CHAT: Values = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'gen_ai.response.id': 'chatcmpl-1',
  'openai.response.service_tier': 'default',
  'gen_ai.usage.input_tokens': 1200,
  'gen_ai.usage.cache_read.input_tokens': 1024,
  'gen_ai.usage.output_tokens': 340,
}

const EXPLAINED = {
  traceId: TRACE_ID,
  spanId: '00f067aa0ba902b7',
  dialect: 'otel',
  operation: 'chat',
  provider: 'openai',
  requestModel: 'gpt-4o-mini',
  responseModel: 'gpt-4o-mini-2024-07-18',
  serviceTier: 'standard',
  usage: { inputTokens: 1200, cacheReadTokens: 1024, outputTokens: 340 },
  inclusive: true,
  standing: 'counted',
  status: 'priced',
  // 176 x 0.15 + 1024 x 0.075 + 340 x 0.60 = 307.2 per million.
  usd: '0.0003072',
  card: 'openai/gpt-4o-mini',
}

async function explain(...files: string[]) {
  const { code, stdout, stderr } = await runVerb(['explain', ...files])
  const spans = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)
  return { code, spans, stderr }
}

describe('explain', () => {
  test('prints one object per operation, in every encoding', async () => {
    const request = createRequest('00f067aa0ba902b7', CHAT)
    const pretty = JSON.stringify(JSON.parse(request), undefined, 2)
    const files = [
      write('request.json', request),
      write('pretty.json', `\n${pretty}\n`),
      write('request.pb', transcodeJson('traces', Buffer.from(request))),
      write('lines.jsonl', `{"resourceMetrics":[]}\n\n{"resourceLogs":[]}\n${request}\n`),
    ]
    for (const file of files) {
      expect(await explain(file)).toEqual({ code: 0, spans: [EXPLAINED], stderr: '' })
    }
  })

  test('decides the standing over all files, in order', async () => {
    const agent = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 5 }
    const files = [
      write('1.json', createRequest('00f067aa0ba902b7', CHAT)),
      write('2.json', createRequest('00f067aa0ba902b8', CHAT)),
      write('3.json', createRequest('00f067aa0ba902b9', agent)),
      write('4.json', createRequest('00f067aa0ba902b7', CHAT)),
    ]
    const { spans } = await explain(...files)
    expect(spans).toMatchObject([
      { spanId: '00f067aa0ba902b7', standing: 'counted' },
      { spanId: '00f067aa0ba902b8', standing: 'echo' },
      // Nothing lies below the agent, so its own usage counts in the end.
      { spanId: '00f067aa0ba902b9', standing: 'counted' },
      { spanId: '00f067aa0ba902b7', standing: 'counted' },
    ])
  })

  test('an agent whose call is behind another span, all in any order, is restated', async () => {
    const agent = { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.usage.input_tokens': 5 }
    const [call, between, above] = ['00f067aa0ba902b7', '00f067aa0ba902c1', '00f067aa0ba902b9']
    const below = (request: string, parentSpanId: string): string =>
      request.replace('"name"', `"parentSpanId":"${parentSpanId}","name"`)
    const files = [
      write('call.json', below(createRequest(call, CHAT), between)),
      write('agent.json', createRequest(above, agent)),
      write('between.json', below(createRequest(between, { 'http.route': '/' }), above)),
    ]
    const { spans } = await explain(...files)
    expect(spans).toMatchObject([
      { spanId: call, standing: 'counted' },
      { spanId: above, standing: 'restated' },
    ])
  })

  test('what a span does not say is null, and what has no price has no figure', async () => {
    const bare = write(
      'bare.json',
      createRequest('00f067aa0ba902b7', { 'gen_ai.usage.input_tokens': 5 }),
    )
    expect((await explain(bare)).spans).toEqual([
      {
        traceId: TRACE_ID,
        spanId: '00f067aa0ba902b7',
        dialect: 'otel',
        operation: 'chat',
        provider: null,
        requestModel: null,
        responseModel: null,
        usage: { inputTokens: 5 },
        inclusive: null,
        standing: 'counted',
        status: 'unpriced',
        reason: 'unknown_model',
      },
    ])
  })

  test('spans that are no operation, or have no valid id, are left out', async () => {
    const foreign = write('foreign.json', createRequest('00f067aa0ba902b7', { 'http.route': '/' }))
    const withoutId = write('id.json', createRequest('00f067aa0ba902b7', CHAT, '0'.repeat(32)))
    expect(await explain(foreign, withoutId)).toEqual({ code: 0, spans: [], stderr: '' })
  })

  test('absurd figures get no price, and stop nothing', async () => {
    const absurd = { ...CHAT, 'gen_ai.usage.input_tokens': 9_000_000_000_000_000 }
    const { code, spans } = await explain(
      write('absurd.json', createRequest('00f067aa0ba902b8', absurd)),
    )
    expect(code).toBe(0)
    expect(spans).toMatchObject([{ status: 'unpriced', reason: 'bad_usage', standing: 'counted' }])
    expect(spans[0]).not.toHaveProperty('usd')
  })

  test('a file that is not OTLP is named; the others are read, and the exit code is 2', async () => {
    const good = write('good.json', createRequest('00f067aa0ba902b7', CHAT))
    const bad = [
      [write('other.json', '{"name":"x"}'), 'not OTLP: JSON without resourceSpans'],
      [write('list.json', '[{"resourceSpans":[]}]'), 'not OTLP: JSON without resourceSpans'],
      [write('text.txt', 'hello'), 'not OTLP: neither JSON nor protobuf'],
      [write('cut.json', '{"resourceSpans":[{'), 'not OTLP: neither JSON nor protobuf'],
      [
        write(
          'cut.pb',
          transcodeJson('traces', Buffer.from(createRequest('00f067aa0ba902b7', CHAT))).subarray(
            0,
            50,
          ),
        ),
        'not OTLP: ',
      ],
      [write('spans.json', '{"resourceSpans":{}}'), 'not OTLP: '],
      [write('lines.jsonl', '{"resourceSpans":[]}\n\n{"resourceSpans":[\n'), 'line 3: not OTLP: '],
      [join(folder, 'absent'), 'ENOENT'],
      [folder, 'EISDIR'],
    ] as const
    const { code, spans, stderr } = await explain(...bad.map(([file]) => file), good)
    expect(code).toBe(2)
    expect(spans).toEqual([EXPLAINED])
    const lines = stderr.split('\n')
    expect(lines).toHaveLength(bad.length + 1)
    for (const [index, [file, message]] of bad.entries()) {
      expect(lines[index]).toContain(`${file}: `)
      expect(lines[index]).toContain(message)
    }
  })

  test('empty requests have no spans', async () => {
    const files = [write('empty.pb', ''), write('empty.json', '{}\n')]
    expect(await explain(...files)).toEqual({ code: 0, spans: [], stderr: '' })
  })

  test('without a file it is bad usage', async () => {
    const { code, stderr } = await runVerb(['explain'])
    expect(code).toBe(2)
    expect(stderr).toContain('a file is missing')
  })
})
