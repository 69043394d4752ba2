import type { Alert } from '@spancost/budget'
import type { Store } from '@spancost/ledger'
import type { Decisions } from '../budgets/decisions.ts'
import type { BudgetDesk } from '../budgets/desk.ts'
import type { Outlook } from '../budgets/forecasts.ts'
import type { Books } from '../open-book.ts'
import { ROLES, type Caller, type Need } from './access.ts'
import { readParameters, type Parameter, type Values } from './parameters.ts'
import type { Forwarded } from './posted.ts'

/** What a route answers. Everything else about HTTP is the server's business. */
export type Answer = (
  | { readonly kind: 'json'; readonly status?: number; readonly body: unknown }
  | { readonly kind: 'text'; readonly contentType: string; readonly text: string }
  | { readonly kind: 'problem'; readonly status: number; readonly problem: Problem }
) & {
  /** Beyond those that every answer has; without control characters. */
  readonly headers?: Readonly<Record<string, string>>
}

/** The members of an RFC 9457 problem document that are not the same for all of one status. */
export interface Problem {
  readonly detail: string
  /** The query or path parameter in the way. */
  readonly parameter?: string
  /** The methods that are allowed, where another was used. */
  readonly allow?: readonly string[]
}

/** What people were told, and that they know. */
export interface AlertDesk {
  /** By key. */
  list(): Promise<Readonly<Record<string, Alert>>>
  /** `false`: there is no such alert. */
  acknowledge(key: string, who: string): Promise<boolean>
  snooze(key: string, untilUnixMs: number): Promise<boolean>
}

/** What the API reads from. */
export interface ApiContext {
  readonly store: Store
  readonly books: Books
  readonly version: string
  readonly desk: BudgetDesk
  readonly decisions: Decisions
  readonly alerts: AlertDesk
  /** All labels that operations can have; absent: nobody knows. */
  readonly labels?: readonly string[]
  /** What present windows are expected to end with, by `signalKey`. */
  forecasts(): ReadonlyMap<string, Outlook>
  /** Why requests are not taken; `undefined`: they are. */
  whyNotReady(): string | undefined
  /** The Prometheus text for an `Accept` header, and its type; absent: there is no `/metrics`. */
  readonly readMetrics?: (accept: string) => Promise<{ contentType: string; text: string }>
}

/** One request, as a route sees it. */
export interface Asked extends ApiContext {
  readonly caller: Caller
  /** The `Accept` header. */
  readonly accept?: string
  /** What was posted, read as JSON. */
  readonly body?: unknown
  /** The whole request, where any method is taken. */
  readonly forwarded?: Forwarded
}

export interface Route extends RouteOptions {
  /**
   * Such as `/api/v1/traces/{traceId}`; a part in braces stands for one path segment, the last one
   * with a plus for all that follow.
   */
  readonly path: string
  readonly parameterNames: readonly string[]
  answer(
    asked: Asked,
    given: Iterable<readonly [name: string, text: string]>,
  ): Promise<Answer> | Answer
}

export interface RouteOptions {
  /** `ANY`: the request is about another one, and bears its method, path and body. */
  readonly method: 'GET' | 'POST' | 'ANY'
  readonly needs: Need
  /** Whether callers who may see what bears certain labels only are answered with just that. */
  readonly minds: 'labels' | 'nothing'
}

const READING: RouteOptions = { method: 'GET', needs: ROLES.viewer, minds: 'nothing' }

/** A route whose parameters, of the path and of the query alike, are read before it answers. */
export function defineRoute<Known extends Readonly<Record<string, Parameter<unknown>>>>(
  path: string,
  parameters: Known,
  answer: (asked: Asked, values: Values<Known>) => Promise<Answer> | Answer,
  options: Partial<RouteOptions> = {},
): Route {
  return {
    ...READING,
    ...options,
    path,
    parameterNames: Object.keys(parameters),
    answer: (asked, given) => {
      const read = readParameters(parameters, given)
      return read.kind === 'bad' ? refuse(read.parameter, read.message) : answer(asked, read.values)
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
