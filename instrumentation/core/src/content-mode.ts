import { diag } from '@opentelemetry/api'

type Environment = Readonly<Record<string, string | undefined>>

/** How much of a conversation one attribute may hold. */
export interface ContentLimits {
  /** Of the attribute's whole JSON text. */
  readonly maxCharacters: number
  /** The newest are kept; a message of a user, a model, a tool counts one each. */
  readonly maxMessages: number
}

const MAX_CHARACTERS = 32_768
const MAX_MESSAGES = 100

/** An attribute shorter than this would hold no text at all. */
const MIN_CHARACTERS = 64

const VARIABLE = 'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT'
const ON: ReadonlySet<string> = new Set(['true', 'span_only', 'span_and_event'])
const OFF: ReadonlySet<string> = new Set(['', 'false', 'no_content'])

/**
 * Whether prompts and answers go onto spans, and how much of them; `undefined`, the default, is none
 * at all. The variable has the values of the conventions' own libraries (`NO_CONTENT`, `SPAN_ONLY`,
 * `EVENT_ONLY`, `SPAN_AND_EVENT`), and the older `true` and `false`. There are no events here, so
 * `EVENT_ONLY` captures nothing, as does a word that is none of these; both with a warning.
 *
 * What the SDK is told to cut attributes to, we keep to ourselves: cut JSON can be read by nobody.
 */
export function readContentLimits(env: Environment = process.env): ContentLimits | undefined {
  const mode = (env[VARIABLE] ?? '').trim().toLowerCase()
  if (ON.has(mode)) {
    const limit = Number(
      env['OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT'] || env['OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT'],
    )
    const maxCharacters = limit >= MIN_CHARACTERS ? Math.min(limit, MAX_CHARACTERS) : MAX_CHARACTERS
    return { maxCharacters, maxMessages: MAX_MESSAGES }
  }
  if (!OFF.has(mode)) {
    const why = mode === 'event_only' ? 'events are not made' : 'the value is not known'
    diag.warn(`spancost: ${VARIABLE}=${env[VARIABLE]} captures nothing: ${why}`)
  }
  return undefined
}
