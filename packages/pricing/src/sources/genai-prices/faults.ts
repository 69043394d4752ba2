/**
 * Where the price data is known to be wrong or to be silent about a change, so that we refuse a
 * price (`no_rate`) rather than give a false one, unless a card of our own (`cards/`) goes over it.
 * Each row leaves as soon as the data is right. Checked against four other price tables and the data's own comments.
 */

/** Ids listed at the rate of another model or provider. They go first and have no cards. */
export const REFUSED_IDS: readonly {
  readonly provider: string
  readonly ids: readonly string[]
  readonly note: string
}[] = [
  {
    provider: 'openai',
    ids: ['gpt-oss-120b', 'gpt-oss-20b', 'gpt-oss-safeguard-20b'],
    note: 'OpenAI does not serve its open models; whoever does sets the price',
  },
  {
    provider: 'groq',
    ids: ['openai/gpt-oss-safeguard-20b'],
    note: 'listed at the rate of gpt-oss-120b (pydantic/genai-prices#701)',
  },
  {
    provider: 'mistral',
    ids: ['mistral-large-latest', 'mistral-small-latest'],
    note: 'the alias has moved to a newer model; the listed rate is that of the old one',
  },
  {
    provider: 'azure',
    ids: [
      'phi-3-medium-128k-instruct',
      'phi-3-mini-128k-instruct',
      'phi-3.5-mini-128k-instruct',
      'phi-4',
      'phi-4-mini-instruct',
      'phi-4-multimodal-instruct',
      'phi-4-reasoning-plus',
      'wizardlm-2-8x22b',
    ],
    note: "listed at OpenRouter's rate, not at Azure's",
  },
  {
    provider: 'azure',
    ids: ['grok-3-mini'],
    note: "tables disagree on Azure's rate for it (input 0.25 or 0.30 per million)",
  },
  {
    provider: 'vertex',
    ids: ['gemini-2.0-flash', 'gemini-2.0-flash-001'],
    note: "listed at the Gemini API's rate; Vertex AI asks 1.5 times as much",
  },
]

/** Listings of which nothing is used, so that the next shelf answers. */
export const DROPPED_LISTINGS: ReadonlySet<string> = new Set([
  // Cached input is rounded to 0.28; Azure bills OpenAI's own 0.275.
  'azure/o4-mini',
])

/** Listings that a provider has replaced without the data knowing, and since when (UTC). */
export const ENDED_LISTINGS: ReadonlyMap<string, string> = new Map([
  // V3.1 took over both names, at one rate and without a cheaper night.
  ['deepseek/deepseek-chat', '2025-09-05T16:00:00Z'],
  ['deepseek/deepseek-reasoner', '2025-09-05T16:00:00Z'],
  // Half price at launch, until midnight in China.
  ['openrouter/z-ai/glm-5.3-flash', '2026-09-09T16:00:00Z'],
  ['zai/GLM-5.3-Flash', '2026-09-09T16:00:00Z'],
  ['zhipuai/GLM-5.3-Flash', '2026-09-09T16:00:00Z'],
])

/** Without prices in the data because they cost nothing. Others without prices are unknown. */
export const FREE_LISTINGS: ReadonlySet<string> = new Set([
  'google/gemma-3',
  'google/gemma-3n',
  'google/gemma-4-26b-a4b-it',
  'google/gemma-4-31b-it',
  'openai/moderation',
])
