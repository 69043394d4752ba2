import type { Dialect, Operation, SpanFacts } from '../operation.ts'
import { otel } from './otel.ts'

/** In order of claim: the first dialect that reads a span decides. */
export const DIALECTS: readonly Dialect[] = [otel]

/** Span attributes that make a span worth a look. A span without any of them is not ours. */
export const MARKS: readonly string[] = unique(DIALECTS.flatMap((dialect) => dialect.marks))

/** All span attributes that any dialect asks for. */
export const KEYS: readonly string[] = unique(DIALECTS.flatMap((dialect) => dialect.keys))

/** Reads the GenAI operation that a span stands for; `undefined` where it stands for none. */
export function recognize(span: SpanFacts): Operation | undefined {
  for (const dialect of DIALECTS) {
    const operation = dialect.read(span)
    if (operation !== undefined) return operation
  }
  return undefined
}

function unique(keys: readonly string[]): readonly string[] {
  return [...new Set(keys)]
}
