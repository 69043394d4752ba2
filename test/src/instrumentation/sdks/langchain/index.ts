import type * as Graphs from '@langchain/langgraph'
import type * as OpenAIModels from '@langchain/openai'
import { startReplayServer } from '../../../demo/replay-server.ts'
import { catchError, expectFailure, expectSpan, readAll, type TestedSdk } from '../../sdk.ts'
import { createApplication, MODULES, type Application } from './client.ts'

type Attributes = Readonly<Record<string, unknown>>

const INTERNAL = 1
const REQUEST = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4o-mini',
  'openai.api.type': 'chat_completions',
  'server.address': '127.0.0.1',
  'server.port': 'a port',
}
const BEGUN = {
  'gen_ai.response.id': 'chatcmpl-*',
  'gen_ai.response.model': 'gpt-4o-mini-2024-07-18',
  'openai.response.service_tier': 'default',
}
const REPLY = {
  ...BEGUN,
  'gen_ai.response.finish_reasons': ['stop'],
  'gen_ai.usage.input_tokens': 612,
  'gen_ai.usage.cache_read.input_tokens': 0,
  'gen_ai.usage.output_tokens': 19,
  'gen_ai.usage.reasoning.output_tokens': 0,
}
const STREAM = { 'gen_ai.request.stream': true, 'gen_ai.response.time_to_first_chunk': 'seconds' }
const THREAD = { 'gen_ai.conversation.id': 'th-1' }
const AGENT = { 'gen_ai.agent.name': 'support', ...THREAD }

const chat = (...more: Attributes[]) => expectSpan('chat gpt-4o-mini', REQUEST, REPLY, ...more)
const failedChat = (...more: Attributes[]) =>
  expectFailure(
    'RateLimitError 429 rate_limit_exceeded',
    expectSpan(
      'chat no-quota',
      REQUEST,
      { 'gen_ai.request.model': 'no-quota', 'error.type': 'RateLimitError' },
      ...more,
    ),
  )
const internal = (operation: string, name: string, ...more: Attributes[]) => ({
  ...expectSpan(`${operation} ${name}`.trim(), { 'gen_ai.operation.name': operation }, ...more),
  kind: INTERNAL,
})
const chain = (...more: Attributes[]) => internal('invoke_workflow', '', ...more)
const agent = (...more: Attributes[]) => internal('invoke_agent', 'support', AGENT, ...more)
const find = (...more: Attributes[]) =>
  internal('execute_tool', 'find', { 'gen_ai.tool.name': 'find' }, ...more)
const failed = (span: ReturnType<typeof internal>) => ({
  ...span,
  ...expectFailure('RateLimitError 429 rate_limit_exceeded', span),
  attributes: { ...span.attributes, 'error.type': 'RateLimitError' },
})

const createChain = (app: Application, model = 'gpt-4o-mini') =>
  app.ChatPromptTemplate.fromTemplate('Sort: {ticket}').pipe(app.createModel(model))
const TICKET = { ticket: 'I was charged twice.' }

/** Chains, and what else needs no graph. */
export const langchain: TestedSdk<Application> = {
  name: '@langchain/core',
  versions: ['@langchain/core', 'langchain-core-0'],
  modules: MODULES,
  startProvider: startReplayServer,
  createClient: createApplication,
  scenarios: {
    chain: async (app) => (await createChain(app).invoke(TICKET)).content,
    chain_named: async (app) => {
      const config = { runName: 'sort', metadata: { thread_id: 'th-1' } }
      return (await createChain(app).withConfig(config).invoke(TICKET)).content
    },
    chain_stream: async (app) => {
      const chunks = await readAll(await createChain(app).stream(TICKET))
      return chunks.map(({ content }) => content)
    },
    chain_stream_break: async (app) => {
      for await (const { content } of await createChain(app).stream(TICKET)) return content
      return undefined
    },
    chain_batch: async (app) =>
      (await createChain(app).batch([TICKET, TICKET])).map(({ content }) => content),
    chain_error: async (app) => catchError(createChain(app, 'no-quota').invoke(TICKET)),
    model_alone: async (app) => (await app.createModel('gpt-4o-mini').invoke('Sort')).content,
    lambda_calls_sdk: async (app) => {
      const messages = [{ role: 'user' as const, content: 'Sort' }]
      const request = { model: 'gpt-4o-mini', messages }
      const lambda = app.RunnableLambda.from(async () =>
        app.openai.chat.completions.create(request),
      )
      return (await lambda.invoke('x')).choices
    },
    tool_alone: async (app) => {
      const model = app.createModel('gpt-4o-mini')
      const ask = async () => JSON.stringify((await model.invoke('Sort')).content)
      return createTool(app, ask).invoke({})
    },
  },
  spans: {
    chain: [chain(), chat()],
    chain_named: [
      internal('invoke_workflow', 'sort', { 'gen_ai.workflow.name': 'sort', ...THREAD }),
      chat(THREAD),
    ],
    chain_stream: [chain(), chat(STREAM)],
    chain_stream_break: [chain(), expectSpan('chat gpt-4o-mini', REQUEST, BEGUN, STREAM)],
    chain_batch: [chain(), chain(), chat(), chat()],
    chain_error: [failed(chain()), failedChat()],
    model_alone: chat(),
    lambda_calls_sdk: [chain(), chat()],
    tool_alone: [find(), chat()],
  },
}

function createTool(app: Application, run: () => Promise<string>) {
  const schema = { type: 'object', properties: {} } as const
  return app.tool(run, { name: 'find', description: 'Finds.', schema })
}

interface GraphApplication extends Application {
  readonly graphs: typeof Graphs & typeof OpenAIModels
}

/** An agent of one node, which asks a model and calls a tool. */
function createGraph(app: GraphApplication, model = 'gpt-4o-mini') {
  const { ChatOpenAI, MemorySaver, MessagesAnnotation, StateGraph } = app.graphs
  const configuration = { baseURL: app.baseURL }
  const chatModel = new ChatOpenAI({ model, apiKey: 'none', maxRetries: 0, configuration })
  const tool = createTool(app, async () => 'nothing')
  return new StateGraph(MessagesAnnotation)
    .addNode('ask', async ({ messages }) => {
      const reply = await chatModel.invoke(messages)
      const call = { type: 'tool_call', id: 'call_1', name: 'find', args: {} } as const
      return { messages: [reply, await tool.invoke(call)] }
    })
    .addEdge('__start__', 'ask')
    .compile({ name: 'support', checkpointer: new MemorySaver() })
}
const INPUT = { messages: [{ role: 'user', content: 'I was charged twice.' }] }
const CONFIG = { configurable: { thread_id: 'th-1' } }
const found = find(AGENT, { 'gen_ai.tool.call.id': 'call_1' })

export const langgraph: TestedSdk<GraphApplication> = {
  name: '@langchain/core',
  versions: ['@langchain/core'],
  // The last of two exports of the same name counts: `OpenAI` is the SDK's.
  modules: ['@langchain/langgraph', '@langchain/openai', ...MODULES],
  startProvider: startReplayServer,
  createClient: (moduleExports, baseURL) => ({
    ...createApplication(moduleExports, baseURL),
    graphs: moduleExports,
  }),
  scenarios: {
    graph: async (app) => readTexts(await createGraph(app).invoke(INPUT, CONFIG)),
    graph_stream: async (app) => {
      const updates = await readAll(await createGraph(app).stream(INPUT, CONFIG))
      return updates.map((update) => Object.keys(update))
    },
    graph_stream_tokens: async (app) => {
      const config = { ...CONFIG, streamMode: 'messages' as const }
      const tokens = await readAll(await createGraph(app).stream(INPUT, config))
      return tokens.map(([{ content }]) => content)
    },
    graph_in_graph: async (app) => {
      const { MessagesAnnotation, StateGraph } = app.graphs
      const outer = new StateGraph(MessagesAnnotation)
        .addNode('inner', createGraph(app))
        .addEdge('__start__', 'inner')
        .compile()
      return readTexts(await outer.invoke(INPUT, CONFIG))
    },
    graph_stream_break: async (app) => {
      for await (const update of await createGraph(app).stream(INPUT, CONFIG))
        return Object.keys(update)
      return undefined
    },
    graph_error: async (app) => {
      const failing = createGraph(app, 'no-quota').invoke(INPUT, CONFIG)
      return failing.catch((error: unknown) => [String(error), Object.keys(Object(error))])
    },
    graph_interrupt: async (app) => {
      const { interrupt, MemorySaver, MessagesAnnotation, StateGraph } = app.graphs
      const graph = new StateGraph(MessagesAnnotation)
        .addNode('wait', () => ({ messages: interrupt('May I?') }))
        .addEdge('__start__', 'wait')
        .compile({ name: 'support', checkpointer: new MemorySaver() })
      return Object.keys(await graph.invoke(INPUT, CONFIG))
    },
  },
  spans: {
    graph: [agent(), chat(AGENT), found],
    graph_stream: [agent(), chat(AGENT), found],
    graph_stream_tokens: [agent(), chat(AGENT, STREAM), found],
    graph_stream_break: [agent(), chat(AGENT), found],
    graph_in_graph: [internal('invoke_agent', '', THREAD), agent(), chat(AGENT), found],
    graph_error: [failed(agent()), failedChat(AGENT)],
    graph_interrupt: agent(),
  },
}

function readTexts({
  messages,
}: {
  messages: readonly { content: unknown }[]
}): readonly unknown[] {
  return messages.map(({ content }) => content)
}
