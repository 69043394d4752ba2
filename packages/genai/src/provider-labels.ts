import { findProviderByHost } from './providers/hosts.ts'
import { remember } from './remember.ts'

/**
 * What emitters call a provider, in lower case, and its `gen_ai.provider.name`: old spellings of
 * `gen_ai.system` (conventions 1.35 and 1.37), OpenInference, OpenLLMetry, LiteLLM, Vercel's AI SDK.
 * A name that is not listed stays as it is.
 */
const PROVIDERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'aws.bedrock':
      'aws bedrock amazon amazon-bedrock amazon_bedrock aws_bedrock aws-bedrock ' +
      'bedrock_converse bedrock.anthropic',
    'azure.ai.inference': 'az.ai.inference azure_ai azure-ai-inference azure_ai_inference',
    'azure.ai.openai': 'az.ai.openai azure azure-openai azure_openai azureopenai azure.openai',
    'gcp.gemini':
      'gemini google google.generative-ai google-gla google-genai google_genai google_ai_studio ' +
      'google-generativeai generativeai googleai google_generativeai',
    'gcp.vertex_ai':
      'vertex_ai vertexai vertex vertex-ai google.vertex google-vertex google_vertexai ' +
      'google-vertexai vertex.anthropic google.vertex.anthropic',
    cohere: 'cohere_chat',
    fireworks: 'fireworks-ai fireworks_ai fireworksai',
    'ibm.watsonx.ai': 'watsonx ibm_watsonx watsonx.ai',
    mistral_ai: 'mistral mistralai mistral-ai mistral.ai',
    moonshot_ai: 'moonshot moonshotai moonshot-ai',
    together: 'togetherai together_ai together-ai',
    x_ai: 'xai x-ai',
  }).flatMap(([name, spellings]) => spellings.split(' ').map((label) => [label, name] as const)),
)

/** Frameworks that put their own name where the provider's belongs. They tell nothing. */
const NO_PROVIDERS: ReadonlySet<string> = new Set([
  'strands-agents',
  'strands_agents',
  'gcp.vertex.agent',
  'google_adk',
  'claude_agent_sdk',
  'openai_agents',
  'cursor',
  'mastra',
  'langchain',
  'langgraph',
  'llamaindex',
  'crewai',
  'spring_ai',
  'spring-ai',
  'semantic_kernel',
  'microsoft.agent_framework',
  'agent_framework',
  'microsoft.agents.ai',
  'litellm',
  'openlit',
  'vercel',
  'vercel_ai',
  '_other',
  'unknown',
])

/** Bedrock ids: a geography, a vendor and a model, or an ARN. */
const BEDROCK_ID =
  /^(arn:aws[a-z-]*:bedrock:|((us|us-gov|eu|apac|jp|au|ca|global)\.)?(ai21|amazon|anthropic|cohere|deepseek|meta|mistral|openai|qwen|writer)\.[a-z])/

const MODEL_MAKERS: readonly (readonly [RegExp, string])[] = [
  [BEDROCK_ID, 'aws.bedrock'],
  [/^claude-/, 'anthropic'],
  [/^(gpt-|chatgpt-|o[134](-|$)|text-embedding-)/, 'openai'],
  // Either endpoint of Google serves it.
  [/^(models\/)?gemini-/, 'gcp.gen_ai'],
]

export interface ProviderHints {
  /** As the span spells it. */
  readonly label: string | undefined
  readonly serverAddress: string | undefined
  readonly model: string | undefined
}

/**
 * Who is behind a call, in the words of `gen_ai.provider.name`. An SDK can be pointed elsewhere, so
 * a host that is known says more than the label. Where the label is a framework's, the model's name
 * is asked; it may leave the provider open.
 */
export function resolveProvider({
  label,
  serverAddress,
  model,
}: ProviderHints): string | undefined {
  const host = serverAddress === undefined ? undefined : findByHost(serverAddress)
  if (host !== undefined) return host
  const name = label === undefined ? undefined : normalizeLabel(label)
  if (name !== undefined && !NO_PROVIDERS.has(name)) return name
  if (label === undefined || model === undefined) return undefined
  return MODEL_MAKERS.find(([pattern]) => pattern.test(model))?.[1]
}

const findByHost = remember(findProviderByHost)

/** `openai.responses` is OpenAI: Vercel's AI SDK writes the API behind a provider. */
const normalizeLabel = remember((label): string => {
  const name = label.toLowerCase()
  const known = PROVIDERS.get(name)
  if (known !== undefined) return known
  const api = AI_SDK_API.exec(name)
  const provider = api?.[1] ?? name
  return PROVIDERS.get(provider) ?? provider
})

const AI_SDK_API =
  /^(.+?)\.(chat|responses|completion|completions|messages|embedding|textembedding|image|speech|transcription|rerank|reranking|video|object-tool|generative-ai\.chat)$/
