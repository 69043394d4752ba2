import { expect, test } from 'vitest'
import { createEntry } from './entries.ts'
import { runProgram } from './harness.ts'
import { groupByScenario, readAttributes } from './received-spans.ts'
import { SDKS } from './sdks/index.ts'

const CAPTURE = { OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'SPAN_ONLY' }
const TICKET = 'Sort this ticket: I was charged twice.'
const BILLING = '{"category":"billing"}'

/** Of each SDK, a call and a stream: what is asked and answered; how the model says that it is done. */
const SAID: Readonly<Record<string, Readonly<Record<string, readonly [string, string, string]>>>> =
  {
    openai: {
      chat_stream: [
        TICKET,
        '{"category":"billing","urgency":"high","summary":"charged twice"}',
        'stop',
      ],
      responses_stream_break: ['May we refund this?', '{"category":', ''],
    },
    openaiMore: { completion: ['Hello', 'Hi', 'stop'] },
    openaiHosts: {},
    openaiProviders: {},
    anthropic: {
      message: [TICKET, BILLING, 'end_turn'],
      message_stream: [TICKET, BILLING, 'end_turn'],
    },
    // Whatever was said in a batch is not recorded.
    anthropicBatches: {},
    anthropicBedrock: { message: [TICKET, BILLING, 'end_turn'] },
    anthropicBedrockHosts: {},
    anthropicVertex: { message: [TICKET, BILLING, 'end_turn'] },
    anthropicVertexHosts: {},
    bedrock: {
      converse: ['Hello', 'Hi', 'end_turn'],
      converse_stream: ['Hello', 'Hi', 'end_turn'],
    },
    cohere: {
      chat: [TICKET, 'B', 'COMPLETE'],
      chat_stream_of_v1: [TICKET, 'B', 'COMPLETE'],
    },
    googleGenAI: {
      generate: [TICKET, 'B', 'STOP'],
      generate_stream: [TICKET, 'BB', 'STOP'],
    },
    googleHosts: {},
    groq: { chat: [TICKET, 'B', 'stop'], chat_stream: [TICKET, 'B', 'stop'] },
    langchain: {
      model_alone: [
        'Sort this.',
        '{"category":"billing","urgency":"high","summary":"charged twice"}',
        'stop',
      ],
    },
    // Its calls stand below spans of agents, which hold nothing of what is said.
    langgraph: {},
    mistral: {
      chat_stream: [TICKET, BILLING, 'stop'],
      conversation: ['May we refund this?', 'Yes.', ''],
    },
    ollama: {
      chat_stream: ['Sort this ticket.', 'B', 'stop'],
      generate: ['Sort this.', 'B', 'stop'],
    },
    together: { chat: [TICKET, 'B', 'stop'], chat_stream: [TICKET, 'B', 'stop'] },
    vercelAI: { generate: [TICKET, 'billing', 'stop'], stream: [TICKET, 'bill', 'stop'] },
    // They write attributes of their own.
    vercelAIOlder: {},
  }

test('every SDK of the matrix is here', () => {
  expect(Object.keys(SAID)).toEqual(Object.keys(SDKS))
})

/** That nothing is captured by default, the matrix holds: it has all attributes of all spans. */
test.each(Object.entries(SDKS))(
  '%s: what is said is on the spans when the standard variable asks for it',
  async (key, sdk) => {
    const { esm } = createEntry(key, sdk, sdk.versions[0] ?? sdk.name)
    const run = await runProgram('program.js', {
      nodeArguments: ['--expose-gc'],
      startProvider: sdk.startProvider,
      env: { SDK: key, ENTRY: esm, ...CAPTURE, ...sdk.environment },
    })
    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    const spans = groupByScenario(run.spans, Object.keys(sdk.scenarios))
    for (const [scenario, [asked, answered, reason]] of Object.entries(SAID[key] ?? {})) {
      const [span] = spans.get(scenario) ?? []
      const attributes = span === undefined ? {} : readAttributes(span)
      const read = (name: string): unknown => JSON.parse(String(attributes[name]))
      const input = read('gen_ai.input.messages')
      const output = read('gen_ai.output.messages')
      expect({ scenario, input, output }).toEqual({
        scenario,
        input: [{ role: 'user', parts: [{ type: 'text', content: asked }] }],
        output: [
          {
            role: 'assistant',
            parts: [{ type: 'text', content: answered }],
            finish_reason: reason,
          },
        ],
      })
    }
  },
  30_000,
)
