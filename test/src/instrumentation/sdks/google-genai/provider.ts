import { sendEvent, sendJson, startProvider, type Answer } from '../../../demo/replies-over-http.ts'

/** 100 + 20 went in, 64 of them cached; 30 + 50 came out. */
const USAGE = {
  promptTokenCount: 100,
  cachedContentTokenCount: 64,
  toolUsePromptTokenCount: 20,
  candidatesTokenCount: 30,
  thoughtsTokenCount: 50,
  totalTokenCount: 200,
  promptTokensDetails: [
    { modality: 'TEXT', tokenCount: 60 },
    { modality: 'AUDIO', tokenCount: 25 },
    { modality: 'IMAGE', tokenCount: 15 },
  ],
  cacheTokensDetails: [{ modality: 'TEXT', tokenCount: 64 }],
  candidatesTokensDetails: [{ modality: 'TEXT', tokenCount: 30 }],
  serviceTier: 'flex',
}
const REPLY = { modelVersion: 'gemini-3.8-flash-001', responseId: 'resp-1' }
const TEXT = { role: 'model', parts: [{ text: 'B' }] }
const CALL = { role: 'model', parts: [{ functionCall: { name: 'find', args: {} } }] }

const INTERACTION = {
  id: 'int-1',
  object: 'interaction',
  model: 'gemini-3.8-flash',
  status: 'completed',
  created: '2026-11-23T12:00:00Z',
  updated: '2026-11-23T12:00:01Z',
  service_tier: 'standard',
  steps: [{ type: 'model_output', content: [{ type: 'text', text: 'B' }] }],
  usage: {
    total_tokens: 1373,
    total_input_tokens: 22,
    total_cached_tokens: 0,
    total_output_tokens: 973,
    total_tool_use_tokens: 129,
    total_thought_tokens: 249,
  },
}

/** Models fail: `no-quota` with a 429, `cut-off` amid its stream; `endless` goes on. */
const answer: Answer = async ({ path, body }, response) => {
  const [, model = '', verb = ''] = /models\/([^:]+):(\w+)/.exec(path) ?? []
  const isVertex = path.includes('/publishers/')
  const usageMetadata = isVertex ? { ...USAGE, trafficType: 'ON_DEMAND_PRIORITY' } : USAGE
  const { serviceTier: _, ...vertexUsage } = usageMetadata
  const usage = isVertex ? vertexUsage : usageMetadata
  if (path.includes('/interactions')) {
    if (body.stream !== true) sendJson(response, 200, INTERACTION)
    else {
      const { usage: __, ...begun } = { ...INTERACTION, status: 'in_progress', steps: [] }
      await sendEvent(response, { event_type: 'interaction.created', interaction: begun })
      await sendEvent(response, { event_type: 'interaction.completed', interaction: INTERACTION })
      response.end('data: [DONE]\n\n')
    }
  } else if (model === 'no-quota') {
    const error = { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' }
    sendJson(response, 429, { error })
  } else if (verb === 'batchEmbedContents') {
    sendJson(response, 200, {
      embeddings: [{ values: [0.25] }],
      usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
    })
  } else if (verb === 'predict' && model.startsWith('imagen')) {
    const image = { bytesBase64Encoded: 'AA==', mimeType: 'image/png' }
    sendJson(response, 200, { predictions: [image, image] })
  } else if (verb === 'predict') {
    const embeddings = { values: [0.25], statistics: { token_count: 5, truncated: false } }
    sendJson(response, 200, { predictions: [{ embeddings }, { embeddings }] })
  } else if (verb === 'streamGenerateContent') {
    const first = {
      ...REPLY,
      candidates: [{ content: TEXT }],
      usageMetadata: { promptTokenCount: 100, totalTokenCount: 100 },
    }
    await sendEvent(response, first)
    if (model === 'cut-off') response.destroy()
    if (model === 'endless') {
      while (!response.destroyed) await sendEvent(response, first)
    }
    const end = { candidates: [{ content: TEXT, finishReason: 'STOP' }], usageMetadata: usage }
    await sendEvent(response, { ...REPLY, ...end })
    response.end()
  } else {
    const isAsked = Array.isArray(body.tools) && !JSON.stringify(body).includes('functionResponse')
    const candidates = [{ content: isAsked ? CALL : TEXT, finishReason: 'STOP', index: 0 }]
    sendJson(response, 200, { ...REPLY, candidates, usageMetadata: usage })
  }
}

export const startGoogle = () => startProvider(answer)
