/**
 * What must be recognized in each capture, stated by hand. The token counts of all captures are the
 * same invented ones: OpenAI 1200 in (1024 cached, 128 written, 16 audio) and 340 out (256 of
 * reasoning, 8 audio); Anthropic and Bedrock 25 in beside 2000 cached and 300 written (100 of them
 * for an hour) and 90 out (60 of thinking), and 2 web searches. A span can only tell what it has:
 * what it leaves out is missing here as well, and `no_usage` is never a price.
 */
export type Expected = readonly (readonly [scenarios: string, ...operations: string[]])[]

const ANTHROPIC_SPLIT = 'cache_read 2000, cache_write 200, cache_write_1h 100, input 25'
const ANTHROPIC_MERGED = 'cache_read 2000, cache_write 300, input 25, output 90'
const OPENAI_SPLIT = 'cache_read 1024, cache_write 128, input 48'
/** Of these emitters' spans the cached tokens are missing altogether. */
const OPENAI_PLAIN = 'input 1200, output 340'
const OPENAI_AUDIO =
  'cache_read 1024, input_audio 16, input 160, reasoning 256, output_audio 8, output 76'

const GPT = 'gpt-5.4 > gpt-5.4-2026-08-01'
const AZURE_GPT = 'my-gpt > gpt-5.4-2026-08-01'
const CLAUDE = 'claude-opus-4-8'

const ANTHROPIC_NATIVE: Expected = [
  [
    'messages messages_with_response messages_stream_true messages_stream_helper beta_messages ' +
      'messages_stream_helper_iter beta_messages_stream messages_parse',
    `leaf chat anthropic ${CLAUDE} priority: ${ANTHROPIC_SPLIT}, reasoning 60, output 30`,
  ],
  ['messages_stream_break', `leaf chat anthropic ${CLAUDE} priority: ${ANTHROPIC_SPLIT}`],
  ['messages_as_response_only', `leaf chat anthropic ${CLAUDE}: no_usage`],
  ['messages_error_529', 'leaf chat anthropic err-429: no_usage'],
  ['count_tokens', `free count_tokens anthropic ${CLAUDE}: no_usage`],
]

const ARIZE_ANTHROPIC: Expected = [
  [
    'messages messages_with_response messages_stream_true messages_stream_helper beta_messages ' +
      'messages_stream_helper_iter messages_stream_break beta_messages_stream messages_parse',
    `leaf chat anthropic ${CLAUDE}: ${ANTHROPIC_MERGED}`,
  ],
  ['messages_as_response_only', `leaf chat anthropic ${CLAUDE}: no_usage`],
  ['messages_error_529', 'leaf chat anthropic err-429: no_usage'],
  ['count_tokens'],
]

/** The input leaves the cached tokens out, under the same names as the native spans above. */
const TRACELOOP_ANTHROPIC: Expected = [
  [
    'messages messages_with_response messages_stream_true messages_stream_helper beta_messages ' +
      'messages_stream_helper_iter beta_messages_stream messages_parse messages_as_response_only',
    `leaf chat anthropic ${CLAUDE}: ${ANTHROPIC_MERGED}`,
  ],
  ['messages_error_529', 'leaf chat anthropic err-429: no_usage'],
  ['messages_stream_break count_tokens'],
]

/** Only the reply of a plain Converse call is whole on the span; of its stream a total is known. */
const ARIZE_BEDROCK: Expected = [
  [
    'converse',
    `leaf chat aws.bedrock us.anthropic.${CLAUDE}-v1:0 priority: ${ANTHROPIC_SPLIT}, output 90`,
  ],
  [
    'converse_stream',
    `leaf chat aws.bedrock us.anthropic.${CLAUDE}-v1:0: input 2325, output 90 (ambiguous)`,
  ],
  ['invoke_model', `leaf chat aws.bedrock anthropic > ${CLAUDE}: ${ANTHROPIC_MERGED}`],
  ['invoke_stream', `leaf chat aws.bedrock anthropic: ${ANTHROPIC_MERGED}`],
]

const ARIZE_OPENAI: Expected = [
  [
    'chat chat_priority_tier chat_parse chat_with_response',
    `leaf chat openai ${GPT}: ${OPENAI_AUDIO}`,
  ],
  ['azure_chat', `leaf chat openai ${AZURE_GPT}: ${OPENAI_AUDIO}`],
  [
    'responses_parse responses_stream_break responses responses_stream responses_stream_helper ' +
      'responses_with_response',
    `leaf chat openai ${GPT}: cache_read 1024, input 176, reasoning 256, output 84`,
  ],
  [
    'chat_stream_no_usage chat_stream_usage chat_stream_break chat_stream_helper stream_tee ' +
      'stream_to_readable',
    'leaf chat openai gpt-5.4: no_usage',
  ],
  ['embeddings', 'leaf embeddings openai text-embedding-3-small: no_usage'],
  ['completions', 'leaf chat openai gpt-3.5-turbo-instruct: input 5, output 7'],
  ['chat_error_429 as_response_only images_generate audio_transcription audio_speech'],
]

const MEDIA = 'images_generate audio_transcription audio_speech'

const OFFICIAL_OPENAI: Expected = [
  [
    'chat chat_priority_tier chat_stream_usage chat_stream_helper chat_parse chat_with_response ' +
      'responses_parse as_response_only stream_tee stream_to_readable responses ' +
      'responses_stream responses_stream_helper responses_with_response',
    `leaf chat openai ${GPT}: ${OPENAI_PLAIN}`,
  ],
  ['azure_chat', `leaf chat openai ${AZURE_GPT}: ${OPENAI_PLAIN}`],
  ['chat_stream_no_usage', `leaf chat openai ${GPT}: no_usage`],
  ['chat_error_429', 'leaf chat openai err-429: no_usage'],
  ['embeddings', 'leaf embeddings openai text-embedding-3-small: input 8'],
  [`chat_stream_break responses_stream_break completions ${MEDIA}`],
]

const NO_RESPONSES =
  'responses_parse responses_stream_break responses responses_stream responses_stream_helper ' +
  'responses_with_response completions'

const ELASTIC_OPENAI_4: Expected = [
  [
    'chat chat_priority_tier chat_stream_usage chat_with_response as_response_only stream_tee ' +
      'stream_to_readable',
    `leaf chat openai ${GPT}: ${OPENAI_PLAIN}`,
  ],
  ['azure_chat', `leaf chat openai ${AZURE_GPT}: ${OPENAI_PLAIN}`],
  ['chat_stream_no_usage', `leaf chat openai ${GPT}: no_usage`],
  ['chat_error_429', 'leaf chat openai err-429: no_usage'],
  ['embeddings', 'leaf embeddings openai text-embedding-3-small: input 8'],
  [`chat_stream_break chat_stream_helper chat_parse ${NO_RESPONSES} ${MEDIA}`],
]

const ELASTIC_OPENAI_7: Expected = [
  [
    'chat chat_priority_tier chat_stream_usage chat_stream_helper chat_parse as_response_only ' +
      'chat_with_response stream_tee stream_to_readable',
    `leaf chat openai ${GPT}: ${OPENAI_PLAIN}`,
  ],
  ['azure_chat', `leaf chat openai ${AZURE_GPT}: ${OPENAI_PLAIN}`],
  ['chat_stream_no_usage', `leaf chat openai ${GPT}: no_usage`],
  ['chat_error_429', 'leaf chat openai err-429: no_usage'],
  ['embeddings', 'leaf embeddings openai text-embedding-3-small: input 8'],
  [`chat_stream_break ${NO_RESPONSES} ${MEDIA}`],
]

/** In `chat_stream_no_usage` it counted 7 and 3 tokens itself, and does not say that it did. */
const OPENLIT_OPENAI: Expected = [
  [
    'chat chat_stream_usage chat_stream_helper chat_parse chat_with_response as_response_only ' +
      'stream_to_readable',
    `leaf chat openai ${GPT} standard: ${OPENAI_SPLIT}, output 340`,
  ],
  ['chat_priority_tier', `leaf chat openai ${GPT} priority: ${OPENAI_SPLIT}, output 340`],
  ['azure_chat', `leaf chat openai ${AZURE_GPT} standard: ${OPENAI_SPLIT}, output 340`],
  [
    'responses_parse responses_stream responses_stream_helper responses_with_response',
    `leaf chat openai ${GPT} standard: ${OPENAI_SPLIT}, reasoning 256, output 84`,
  ],
  ['responses', `leaf chat openai ${GPT} flex: ${OPENAI_SPLIT}, reasoning 256, output 84`],
  ['chat_stream_no_usage', `leaf chat openai ${GPT} standard: input 7, output 3`],
  ['chat_stream_break responses_stream_break', 'leaf chat openai gpt-5.4: no_usage'],
  ['chat_error_429', 'leaf chat openai err-429: no_usage'],
  ['embeddings', 'leaf embeddings openai text-embedding-3-small: input 8'],
  ['images_generate', 'leaf image openai gpt-image-2: no_usage'],
  ['audio_speech', 'leaf audio openai gpt-4o-mini-tts: no_usage'],
  ['stream_tee completions audio_transcription'],
]

/** The tokens of its image spans are computed from the size that was asked for. */
const TRACELOOP_OPENAI: Expected = [
  [
    'chat chat_priority_tier chat_parse chat_with_response responses_parse responses ' +
      'responses_with_response',
    `leaf chat openai ${GPT}: ${OPENAI_PLAIN}`,
  ],
  ['azure_chat', `leaf chat openai ${AZURE_GPT}: ${OPENAI_PLAIN}`],
  [
    'chat_stream_no_usage chat_stream_usage chat_stream_helper',
    `leaf chat openai ${GPT}: no_usage`,
  ],
  [
    'responses_stream_break responses_stream responses_stream_helper',
    'leaf chat openai gpt-5.4: no_usage',
  ],
  ['completions', 'leaf text_completion openai gpt-3.5-turbo-instruct: input 5, output 7'],
  ['images_generate', 'leaf image_generation openai gpt-image-2: no_usage'],
  [
    'chat_stream_break chat_error_429 as_response_only stream_tee stream_to_readable embeddings ' +
      'audio_transcription audio_speech',
  ],
]

/** The stream helper of version 7 escapes it. */
const TRACELOOP_OPENAI_7: Expected = [['chat_stream_helper'], ...TRACELOOP_OPENAI]

function callAndRoot(model: string, answered: string, rest: string): readonly [string, string] {
  return [`leaf chat ${model}${answered}${rest}`, `container invoke_agent ${model}${rest}`]
}

const GPT_ANSWERED = ' > gpt-5.4-2026-08-01'
const GPT_USED = `${OPENAI_SPLIT}, reasoning 256, output 84`
const CLAUDE_USED = `${ANTHROPIC_SPLIT}, reasoning 60, output 30, web_search 2`

const VERCEL_6: Expected = [
  [
    'generateText_responses streamText_responses',
    ...callAndRoot('openai gpt-5.4', GPT_ANSWERED, ` standard: ${GPT_USED}`),
  ],
  [
    'generateText_responses_tier',
    ...callAndRoot('openai gpt-5.4', GPT_ANSWERED, ` flex: ${GPT_USED}`),
  ],
  [
    'generateText_chat streamText_chat',
    ...callAndRoot('openai gpt-5.4', GPT_ANSWERED, `: ${GPT_USED}`),
  ],
  [
    'generateText_anthropic streamText_anthropic',
    ...callAndRoot(`anthropic ${CLAUDE}`, '', ` priority us: ${CLAUDE_USED}`),
  ],
  [
    'embed',
    'leaf embeddings openai text-embedding-3-small: input 8',
    'container embeddings openai text-embedding-3-small: input 8',
  ],
  ['error_429', ...callAndRoot('openai err-429', '', ': no_usage')],
  ['image transcribe speech'],
]

const VERCEL_7_LEGACY: Expected = [
  ...VERCEL_6.slice(0, -1),
  ['transcribe', 'leaf transcription openai gpt-4o-transcribe: input_audio 14, output 4'],
  ['speech', 'leaf speech openai tts-1: no_usage'],
  ['image'],
]

/** Its version range ends below 7, so nothing is instrumented. */
const NOTHING: Expected = []

export const EXPECTED: Readonly<Record<string, Expected>> = {
  'spans-anthropic-native-sdk1.json': ANTHROPIC_NATIVE,
  'spans-arize-anthropic0-cjs.json': ARIZE_ANTHROPIC,
  'spans-arize-anthropic1-cjs-nativeoff.json': ARIZE_ANTHROPIC,
  'spans-arize-bedrock-cjs.json': ARIZE_BEDROCK,
  'spans-arize-openai6-cjs.json': ARIZE_OPENAI,
  'spans-arize-openai7-cjs.json': ARIZE_OPENAI,
  'spans-elastic-openai4-cjs.json': ELASTIC_OPENAI_4,
  'spans-elastic-openai7-cjs-forced.json': ELASTIC_OPENAI_7,
  'spans-official-openai6-cjs.json': OFFICIAL_OPENAI,
  'spans-official-openai7-cjs-forced.json': OFFICIAL_OPENAI,
  'spans-official-openai7-cjs.json': NOTHING,
  'spans-openlit-openai7-cjs.json': OPENLIT_OPENAI,
  'spans-traceloop-anthropic0-cjs.json': TRACELOOP_ANTHROPIC,
  'spans-traceloop-anthropic0-esm.json': TRACELOOP_ANTHROPIC,
  'spans-traceloop-openai6-cjs.json': TRACELOOP_OPENAI,
  'spans-traceloop-openai6-esm.json': TRACELOOP_OPENAI,
  'spans-traceloop-openai7-cjs-forced.json': TRACELOOP_OPENAI_7,
  'spans-traceloop-openai7-cjs.json': NOTHING,
  'spans-vercel-ai6.json': VERCEL_6,
  'spans-vercel-ai7-legacy.json': VERCEL_7_LEGACY,
}
