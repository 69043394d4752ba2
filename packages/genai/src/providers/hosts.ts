/**
 * Hosts of GenAI APIs and the `gen_ai.provider.name` behind each. A name also stands for its
 * subdomains (`eu.api.openai.com`, `my-resource.openai.azure.com`). Providers that the conventions
 * do not know have the name that the price book uses.
 */
const PROVIDERS_BY_HOST: ReadonlyMap<string, string> = new Map([
  ['api.openai.com', 'openai'],
  ['openai.azure.com', 'azure.ai.openai'],
  ['cognitiveservices.azure.com', 'azure.ai.openai'],
  ['services.ai.azure.com', 'azure.ai.inference'],
  ['models.inference.ai.azure.com', 'azure.ai.inference'],
  ['api.anthropic.com', 'anthropic'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['api.cohere.com', 'cohere'],
  ['api.cohere.ai', 'cohere'],
  ['api.deepseek.com', 'deepseek'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral_ai'],
  ['codestral.mistral.ai', 'mistral_ai'],
  ['api.moonshot.ai', 'moonshot_ai'],
  ['api.moonshot.cn', 'moonshot_ai'],
  ['api.perplexity.ai', 'perplexity'],
  ['api.x.ai', 'x_ai'],
  ['ml.cloud.ibm.com', 'ibm.watsonx.ai'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.fireworks.ai', 'fireworks'],
  ['openrouter.ai', 'openrouter'],
  ['api.together.ai', 'together'],
  ['api.together.xyz', 'together'],
])

/** Hosts that carry their region before or inside the name. */
const PROVIDERS_BY_PATTERN: readonly (readonly [RegExp, string])[] = [
  [/^[a-z0-9-]+-aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^aiplatform\.[a-z]+\.rep\.googleapis\.com$/, 'gcp.vertex_ai'],
  [/^bedrock-[a-z-]+\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/, 'aws.bedrock'],
]

/**
 * The provider that answers at a host, without port. `undefined` where the host does not tell:
 * a proxy, a gateway, a server of one's own.
 */
export function findProviderByHost(host: string): string | undefined {
  const name = host.toLowerCase()
  for (let suffix = name; suffix !== ''; suffix = withoutFirstLabel(suffix)) {
    const provider = PROVIDERS_BY_HOST.get(suffix)
    if (provider !== undefined) return provider
  }
  return PROVIDERS_BY_PATTERN.find(([pattern]) => pattern.test(name))?.[1]
}

function withoutFirstLabel(host: string): string {
  const dot = host.indexOf('.')
  return dot === -1 ? '' : host.slice(dot + 1)
}
