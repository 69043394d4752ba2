/**
 * Which provider a span means, and where the price data keeps that provider's models.
 * Ids are those of the default price data, plus `vertex`, which the data does not tell from
 * Google's own Gemini API.
 */

/**
 * Every other name that we know for a provider: OpenTelemetry's `gen_ai.provider.name`, the older
 * `gen_ai.system`, and what SDKs and gateways write. Lower case; ids stand for themselves. The
 * rules in the data (`provider_match`) are not used: `contains: openai` would claim any
 * look-alike.
 */
export const PROVIDER_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ai21: 'ai21-labs ai21_labs ai21labs',
    alibaba: 'alibaba-cloud alibaba_cloud alibabacloud aliyun bailian dashscope qwen',
    aws: 'amazon amazon-bedrock amazon_bedrock aws.bedrock aws_bedrock bedrock bedrock_converse',
    arcee: 'arcee_ai arcee-ai',
    azure:
      'az.ai.inference az.ai.openai azure-openai azure.ai.inference azure.ai.openai azure_ai ' +
      'azure_openai azureopenai',
    baidu: 'baidu-qianfan baidu_qianfan ernie qianfan wenxin',
    cloudflare: 'cloudflare-workers-ai workers-ai workers_ai',
    fireworks: 'fireworks-ai fireworks_ai',
    'github-copilot': 'copilot github_copilot',
    deepinfra: 'deep-infra deep_infra',
    google:
      'gcp.gemini gcp.gen_ai gemini google-gla google-genai google.generative-ai ' +
      'google_ai_studio google_genai',
    minimax: 'mini_max',
    mistral: 'mistral-ai mistral_ai mistralai',
    moonshotai: 'moonshot moonshot-ai moonshot_ai',
    lambda: 'lambda-ai lambda_ai',
    nebius: 'nebius-ai nebius_ai',
    novita: 'novita-ai novita_ai',
    perplexity: 'perplexity-ai perplexity_ai perplexityai pplx',
    together: 'together-ai together_ai togetherai',
    vertex:
      'gcp.vertex_ai google-vertex google-vertex-ai google.vertex google_vertexai vertex-ai ' +
      'vertex_ai vertexai',
    voyageai: 'voyage voyage-ai voyage_ai',
    watsonx: 'ibm ibm.watsonx ibm.watsonx.ai ibm_watsonx watsonx.ai watsonx_ai',
    'x-ai': 'x_ai xai',
    zai: 'z-ai z.ai z_ai',
    zhipuai: 'zhipu zhipu-ai zhipu_ai',
  }).flatMap(([id, names]) => names.split(' ').map((name) => [name, id] as const)),
)

/**
 * Providers that sell others' models at the maker's list price: where their cards are looked up, in
 * order. Whoever is not named has one shelf, its own. The data would also let Azure fall back to
 * DeepSeek and Moonshot, but Azure's prices for those differ (DeepSeek R1: 1.35 against 0.55).
 */
export const SHELVES: ReadonlyMap<string, readonly string[]> = new Map([
  ['azure', ['azure', 'openai', 'anthropic', 'x-ai']],
  ['google', ['google', 'anthropic']],
  ['vertex', ['vertex', 'google', 'anthropic']],
])

/**
 * Makers that sell their own models under ids of their own, and which of the models on their shelf
 * those are. Only they can be meant where a span names a model and no provider.
 */
export const FIRST_PARTIES: ReadonlyMap<string, (model: string) => boolean> = new Map<
  string,
  (model: string) => boolean
>([
  ['anthropic', ownAll],
  ['aws', (model) => model.includes('amazon.')],
  ['cohere', ownAll],
  ['deepseek', ownAll],
  ['google', (model) => model.startsWith('gemini-')],
  ['minimax', ownAll],
  ['mistral', ownAll],
  ['moonshotai', ownAll],
  ['openai', ownAll],
  ['perplexity', ownAll],
  ['voyageai', ownAll],
  ['x-ai', ownAll],
  ['zai', ownAll],
  ['zhipuai', ownAll],
])

/**
 * The provider id that a span's provider name stands for; `ids` are those that the book knows.
 * Vercel's AI SDK adds the API to the name (`openai.responses`, `google.vertex.chat`), so that
 * name is also tried without what stands behind its last dot and behind its first. Any other name
 * is `undefined`: a stranger's prices are not guessed.
 */
export function resolveProvider(name: string, ids: ReadonlySet<string>): string | undefined {
  const exact = findName(name, ids)
  if (exact !== undefined) return exact
  const lower = name.trim().toLowerCase()
  return (
    findName(lower, ids) ??
    findName(lower.replace(/\.[^.]*$/, ''), ids) ??
    findName(lower.replace(/\..*$/, ''), ids)
  )
}

function findName(name: string, ids: ReadonlySet<string>): string | undefined {
  return PROVIDER_NAMES.get(name) ?? (ids.has(name) ? name : undefined)
}

function ownAll(): boolean {
  return true
}
