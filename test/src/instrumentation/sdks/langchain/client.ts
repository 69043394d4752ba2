import type * as Models from '@langchain/core/language_models/chat_models'
import type * as Messages from '@langchain/core/messages'
import type * as Outputs from '@langchain/core/outputs'
import type * as Prompts from '@langchain/core/prompts'
import type * as Runnables from '@langchain/core/runnables'
import type * as Tools from '@langchain/core/tools'
import type { OpenAI } from 'openai'
import type * as OpenAISdk from 'openai'

export type LangChain = typeof Models &
  typeof Messages &
  typeof Outputs &
  typeof Prompts &
  typeof Runnables &
  typeof Tools

export const MODULES = [
  '@langchain/core/prompts',
  '@langchain/core/runnables',
  '@langchain/core/language_models/chat_models',
  '@langchain/core/messages',
  '@langchain/core/outputs',
  '@langchain/core/tools',
  'openai',
]

/** An application of LangChain whose models call OpenAI's SDK, as those of its own packages do. */
export interface Application extends LangChain {
  readonly openai: OpenAI
  readonly baseURL: string
  createModel(model: string): Models.BaseChatModel
}

export function createApplication(moduleExports: unknown, baseURL: string): Application {
  const loaded = moduleExports as LangChain & typeof OpenAISdk
  const openai = new loaded.OpenAI({ apiKey: 'none', maxRetries: 0, baseURL })
  const { BaseChatModel, AIMessage, AIMessageChunk, ChatGenerationChunk } = loaded

  class TestModel extends BaseChatModel {
    private readonly request
    constructor(model: string) {
      super({ maxRetries: 0 })
      this.request = { model, messages: [{ role: 'user' as const, content: 'Sort this.' }] }
    }
    _llmType(): string {
      return 'test'
    }
    async _generate(): Promise<Outputs.ChatResult> {
      const { id, choices } = await openai.chat.completions.create(this.request)
      const text = choices[0]?.message.content ?? ''
      return { generations: [{ text, message: new AIMessage({ id, content: text }) }] }
    }
    override async *_streamResponseChunks(): AsyncGenerator<Outputs.ChatGenerationChunk> {
      const options = { include_usage: true }
      const stream = await openai.chat.completions.create({
        ...this.request,
        stream: true,
        stream_options: options,
      })
      for await (const { id, choices } of stream) {
        const text = choices[0]?.delta.content ?? ''
        yield new ChatGenerationChunk({ text, message: new AIMessageChunk({ id, content: text }) })
      }
    }
  }
  return { ...loaded, openai, baseURL, createModel: (model) => new TestModel(model) }
}
