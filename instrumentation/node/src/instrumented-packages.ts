/**
 * What applications import and an instrumentation wants to see: packages, and files of packages
 * where others load those. Nothing else is slowed by the ESM hooks.
 */
export const INSTRUMENTED_PACKAGES: readonly string[] = [
  '@anthropic-ai/sdk',
  '@anthropic-ai/sdk/resources/index',
  '@aws-sdk/client-bedrock-runtime',
  '@google/genai',
  '@langchain/core',
  '@mistralai/mistralai',
  'ai',
  'cohere-ai',
  'groq-sdk',
  'ollama',
  'openai',
  'together-ai',
]
