/** One file for each provider's reply shape; each reads `unknown` and returns a `Reply`. */
export { findProviderByHost } from './hosts.ts'
export { readOpenAIReply } from './openai.ts'
export { mergeReplies, type Reply } from './reply.ts'
