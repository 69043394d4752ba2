/** Names that tell nothing; where there is one, a code says more. */
const VAGUE_NAMES: ReadonlySet<string> = new Set([
  'Object',
  'Error',
  'DOMException',
  'APIError',
  'OpenAIError',
])

const MAX_LENGTH = 100

export interface ErrorDescription {
  /** For `error.type`: the error's class, or the provider's code where the class is a vague one. */
  readonly type: string
  /** For the span's status. It never holds the error's message, which may quote the prompt. */
  readonly summary: string
}

/** What may be told of anything that was thrown. */
export function describeError(error: unknown): ErrorDescription {
  const facts = typeof error === 'object' && error !== null ? readFacts(error) : {}
  const className = facts.className ?? '_OTHER'
  const code = facts.code ?? facts.kind
  const vague = VAGUE_NAMES.has(className)
  const type = vague ? (code ?? facts.name ?? className) : className
  const details = [facts.status, code].filter((part) => part !== undefined && part !== type)
  return { type, summary: [type, ...details].join(' ') }
}

interface Facts {
  readonly className?: string | undefined
  readonly name?: string | undefined
  /** Such as `rate_limit_exceeded` or `ECONNRESET`. */
  readonly code?: string | undefined
  /** The provider's class of error, such as `invalid_request_error`. */
  readonly kind?: string | undefined
  /** The status of the HTTP response. */
  readonly status?: string | undefined
}

function readFacts(error: object): Facts {
  const { name, code, type, status, statusCode, status_code }: Record<string, unknown> = pick(error)
  // As Mistral and Cohere, then Ollama spell it.
  const httpStatus = status ?? statusCode ?? status_code
  return {
    className: readWord(error.constructor?.name),
    name: readWord(name),
    code: readWord(code),
    kind: readWord(type),
    status: typeof httpStatus === 'number' ? String(httpStatus) : undefined,
  }
}

const FACTS = ['name', 'code', 'type', 'status', 'statusCode', 'status_code']

function pick(error: object): Record<string, unknown> {
  return Object.fromEntries(FACTS.map((key) => [key, Reflect.get(error, key)]))
}

/** Codes and names are words; longer text, or text with blanks, could be anything. */
function readWord(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > MAX_LENGTH) return undefined
  return /^[\w.:-]+$/.test(value) ? value : undefined
}
