import { isOfScope } from '../conventions.ts'
import { mergeOperations } from '../merge-operations.ts'
import type { Dialect, Operation, SpanFacts } from '../operation.ts'
import { remember } from '../remember.ts'
import { anthropic } from './anthropic.ts'
import { byName } from './by-name.ts'
import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { geminiCli } from './gemini-cli.ts'
import { genkit } from './genkit.ts'
import { googleAdk } from './google-adk.ts'
import { langfuse } from './langfuse.ts'
import { langsmith } from './langsmith.ts'
import { litellm } from './litellm.ts'
import { mlflow } from './mlflow.ts'
import { openinference, openinferenceBedrock } from './openinference.ts'
import { openlit } from './openlit.ts'
import { openllmetry } from './openllmetry.ts'
import { otel } from './otel.ts'
import { pydanticAi } from './pydantic-ai.ts'
import { spancost } from './spancost.ts'
import { strands } from './strands.ts'
import { vercelOtel } from './vercel-otel.ts'
import { vercel } from './vercel.ts'

/**
 * In order of claim: the first dialect that reads a span decides what it is. Whoever made the span
 * stands before those that exporters add on top of it, and plain conventions stand last.
 */
export const DIALECTS: readonly Dialect[] = [
  spancost,
  anthropic,
  openllmetry,
  openlit,
  vercel,
  vercelOtel,
  claudeCode,
  codex,
  geminiCli,
  genkit,
  googleAdk,
  litellm,
  pydanticAi,
  strands,
  ...byName,
  openinferenceBedrock,
  openinference,
  langfuse,
  langsmith,
  mlflow,
  otel,
]

/** Span attributes that make a span worth a look. A span without any of them is not ours. */
export const MARKS: readonly string[] = unique(DIALECTS.flatMap((dialect) => dialect.marks))

/** All span attributes that any dialect asks for. */
export const KEYS: readonly string[] = unique(DIALECTS.flatMap((dialect) => dialect.keys))

/** Who is asked about the spans of a scope. */
interface Asked {
  readonly dialects: readonly Dialect[]
  /** Those of all these dialects, each once: many share theirs. */
  readonly marks: readonly string[]
}

/**
 * Reads the GenAI operation that a span stands for; `undefined` where it stands for none. The first
 * dialect that claims the span decides its role, name and usage; what that one leaves open is taken
 * from the next. Only dialects of the span's scope with a mark on the span are asked.
 */
export function recognize(span: SpanFacts): Operation | undefined {
  const { dialects, marks } = findAsked(span.scopeName)
  if (!hasSome(span, marks)) return undefined
  let operation: Operation | undefined
  for (const dialect of dialects) {
    if (!hasSome(span, dialect.marks)) continue
    const read = dialect.read(span)
    if (read === undefined) continue
    operation = operation === undefined ? read : mergeOperations(operation, read)
  }
  return operation
}

/** A loop, as it runs for each dialect with every span. */
function hasSome(span: SpanFacts, keys: readonly string[]): boolean {
  for (const key of keys) if (span.attribute(key) !== undefined) return true
  return false
}

const findAsked = remember((scopeName): Asked => {
  const dialects = DIALECTS.filter(
    ({ scopes }) => scopes?.some((scope) => isOfScope(scope, scopeName)) ?? true,
  )
  return { dialects, marks: unique(dialects.flatMap((dialect) => dialect.marks)) }
})

function unique(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)]
}
