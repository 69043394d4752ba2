/**
 * Replies in the wire format of the OpenAI API, with texts and token counts of our own. The counts
 * are fixed, so that a test, or a reader of the demo, can work out by hand what a call must cost.
 */

/** What a model reports for each call. Cached and written tokens, audio and images are inside. */
export interface ModelReply {
  /** The dated name that the provider answers with. */
  readonly servedBy: string
  readonly input: number
  readonly cached: number
  readonly output: number
  readonly reasoning: number
  readonly cacheWrite?: number
  readonly inputAudio?: number
  readonly outputAudio?: number
  readonly inputImage?: number
}

export const MODELS: Readonly<Record<string, ModelReply>> = {
  'gpt-4o': {
    servedBy: 'gpt-4o-2024-08-06',
    input: 1840,
    cached: 1536,
    output: 236,
    reasoning: 0,
  },
  'gpt-4o-mini': {
    servedBy: 'gpt-4o-mini-2024-07-18',
    input: 612,
    cached: 0,
    output: 19,
    reasoning: 0,
  },
  'gpt-5-mini': {
    servedBy: 'gpt-5-mini-2025-08-07',
    input: 2310,
    cached: 1920,
    output: 480,
    reasoning: 384,
  },
  'text-embedding-3-small': {
    servedBy: 'text-embedding-3-small',
    input: 37,
    cached: 0,
    output: 0,
    reasoning: 0,
  },
  'gpt-audio': {
    servedBy: 'gpt-audio-2025-08-28',
    input: 1200,
    cached: 1024,
    output: 340,
    reasoning: 256,
    cacheWrite: 128,
    inputAudio: 16,
    outputAudio: 8,
    inputImage: 4,
  },
}

const CREATED_UNIX_S = 1_780_000_000
const ANSWER = '{"category":"billing","urgency":"high","summary":"charged twice"}'
const EMBEDDING = new Float32Array([0.25, -0.5, 0.125, 1])

export function createChatCompletion(id: string, model: ModelReply): object {
  const message = { role: 'assistant', content: ANSWER, refusal: null }
  return {
    id: `chatcmpl-${id}`,
    object: 'chat.completion',
    created: CREATED_UNIX_S,
    model: model.servedBy,
    choices: [{ index: 0, message, logprobs: null, finish_reason: 'stop' }],
    usage: describeChatUsage(model),
    service_tier: 'default',
    system_fingerprint: 'fp_replay',
  }
}

/** Without `includeUsage`, a stream never says what it cost. */
export function createChatChunks(id: string, model: ModelReply, includeUsage: boolean): object[] {
  const chunk = (choices: object[], usage: object | null) => ({
    id: `chatcmpl-${id}`,
    object: 'chat.completion.chunk',
    created: CREATED_UNIX_S,
    model: model.servedBy,
    service_tier: 'default',
    system_fingerprint: 'fp_replay',
    choices,
    ...(includeUsage && { usage }),
  })
  return [
    chunk([createDelta({ role: 'assistant', content: '' }, null)], null),
    ...splitAnswer().map((content) => chunk([createDelta({ content }, null)], null)),
    chunk([createDelta({}, 'stop')], null),
    ...(includeUsage ? [chunk([], describeChatUsage(model))] : []),
  ]
}

function createDelta(delta: object, finishReason: string | null): object {
  return { index: 0, delta, logprobs: null, finish_reason: finishReason }
}

export function createResponse(id: string, model: ModelReply): object {
  return describeResponse(id, model, 'completed', [createMessageItem(id, 'completed', ANSWER)])
}

export function createResponseEvents(id: string, model: ModelReply): object[] {
  const position = { item_id: `msg_${id}`, output_index: 0, content_index: 0 }
  const begun = describeResponse(id, model, 'in_progress', [])
  const part = { type: 'output_text', text: ANSWER, annotations: [], logprobs: [] }
  const item = createMessageItem(id, 'completed', ANSWER)
  const events = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...position, part: { ...part, text: '' } },
    ...splitAnswer().map((delta) => ({
      type: 'response.output_text.delta',
      ...position,
      delta,
      logprobs: [],
    })),
    { type: 'response.output_text.done', ...position, text: ANSWER, logprobs: [] },
    { type: 'response.content_part.done', ...position, part },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: describeResponse(id, model, 'completed', [item]) },
  ]
  return events.map((event, index) => ({ ...event, sequence_number: index }))
}

/** `base64` is what the SDK asks for by itself. */
export function createEmbeddings(model: ModelReply, inputs: number, format: unknown): object {
  const embedding =
    format === 'base64'
      ? Buffer.from(EMBEDDING.buffer).toString('base64')
      : Array.from(EMBEDDING, Number)
  return {
    object: 'list',
    data: Array.from({ length: inputs }, (_, index) => ({ object: 'embedding', index, embedding })),
    model: model.servedBy,
    usage: { prompt_tokens: model.input, total_tokens: model.input },
  }
}

export function createError(type: string, code: string, message: string): object {
  return { error: { message, type, param: null, code } }
}

function describeChatUsage(model: ModelReply): object {
  return {
    prompt_tokens: model.input,
    completion_tokens: model.output,
    total_tokens: model.input + model.output,
    prompt_tokens_details: {
      cached_tokens: model.cached,
      audio_tokens: model.inputAudio ?? 0,
      ...(model.cacheWrite !== undefined && { cache_write_tokens: model.cacheWrite }),
      ...(model.inputImage !== undefined && { image_tokens: model.inputImage }),
    },
    completion_tokens_details: {
      reasoning_tokens: model.reasoning,
      audio_tokens: model.outputAudio ?? 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

function describeResponse(id: string, model: ModelReply, status: string, output: object[]): object {
  const usage = {
    input_tokens: model.input,
    input_tokens_details: { cached_tokens: model.cached },
    output_tokens: model.output,
    output_tokens_details: { reasoning_tokens: model.reasoning },
    total_tokens: model.input + model.output,
  }
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: CREATED_UNIX_S,
    status,
    error: null,
    incomplete_details: null,
    model: model.servedBy,
    output,
    // The tier that was asked for, until it is known which one served.
    service_tier: status === 'completed' ? 'default' : 'auto',
    usage: status === 'completed' ? usage : null,
  }
}

function createMessageItem(id: string, status: string, text: string): object {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }]
  return { id: `msg_${id}`, type: 'message', role: 'assistant', status, content }
}

function splitAnswer(): string[] {
  return ANSWER.split(/(?<=[,:])/)
}
