import type { Store } from '@spancost/ledger'
import type { Books } from '../open-book.ts'
import { readParameters, type Parameter, type Values } from './parameters.ts'

/** What a route answers. Everything else about HTTP is the server's business. */
export type Answer =
  | { readonly kind: 'json'; readonly status?: number; readonly body: unknown }
  | { readonly kind: 'text'; readonly contentType: string; readonly text: string }
  | { readonly kind: 'problem'; readonly status: number; readonly problem: Problem }

/** The members of an RFC 9457 problem document that are not the same for all of one status. */
export interface Problem {
  readonly detail: string
  /** The query or path parameter in the way. */
  readonly parameter?: string
}

/** What the API reads from. */
export interface ApiContext {
  readonly store: Store
  readonly books: Books
  readonly version: string
  /** Whether requests are taken; false while starting and stopping. */
  isReady(): boolean
  /** The Prometheus text for an `Accept` header, and its type; absent: there is no `/metrics`. */
  readonly readMetrics?: (accept: string) => Promise<{ contentType: string; text: string }>
}

export interface Route {
  /** Such as `/api/v1/traces/{traceId}`; a part in braces stands for one path segment. */
  readonly path: string
  readonly parameterNames: readonly string[]
  answer(
    context: ApiContext,
    given: Iterable<readonly [name: string, text: string]>,
    accept?: string,
  ): Promise<Answer> | Answer
}

/** A route whose parameters, of the path and of the query alike, are read before it answers. */
export function defineRoute<Known extends Readonly<Record<string, Parameter<unknown>>>>(
  path: string,
  parameters: Known,
  answer: (context: ApiContext, values: Values<Known>, accept: string) => Promise<Answer> | Answer,
): Route {
  return {
    path,
    parameterNames: Object.keys(parameters),
    answer: (context, given, accept = '') => {
      const read = readParameters(parameters, given)
      return read.kind === 'bad'
        ? refuse(read.parameter, read.message)
        : answer(context, read.values, accept)
    },
  }
}

export function answerJson(body: unknown, status = 200): Answer {
  return { kind: 'json', status, body }
}

export function refuse(parameter: string, message: string): Answer {
  const detail = `parameter "${parameter}": ${message}`
  return { kind: 'problem', status: 400, problem: { detail, parameter } }
}

export function notFound(detail: string): Answer {
  return { kind: 'problem', status: 404, problem: { detail } }
}
