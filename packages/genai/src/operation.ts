import type { ReportedUsage } from './normalize-usage.ts'
import type { Usage } from './usage.ts'

/** An attribute value as a scanner hands it over. Integers beyond 2^53 - 1 come as `bigint`. */
export type AttributeValue = string | number | bigint | boolean | readonly AttributeValue[]

/** The little of a span that a dialect needs. Lookups must be cheap: dialects ask for many keys. */
export interface SpanFacts {
  readonly name: string
  readonly scopeName: string
  readonly scopeVersion: string
  attribute(key: string): AttributeValue | undefined
}

/**
 * - `leaf`: one billable call.
 * - `container`: an agent, workflow or chain; it may repeat the usage of what is below it.
 * - `free`: a tool, retrieval, token count or memory operation; never billed by the token.
 */
export type Role = 'leaf' | 'container' | 'free'

/** What a span says that its operation cost. */
export interface ReportedCost {
  /** Plain decimal digits, as the span has them; never computed with floats. */
  readonly amount: string
  /** ISO 4217. */
  readonly currency: string
  /**
   * - `provider`: the provider or a gateway billed it, in its answer.
   * - `local`: an SDK or an instrumentation estimated it; it may be 0 for a model it does not know.
   */
  readonly source: 'provider' | 'local'
  /** The attribute that it stands in. */
  readonly key: string
}

/** One GenAI call, read from one span. Absent means that the span did not say. */
export interface Operation {
  /** The dialect that read it, such as `otel`. */
  readonly dialect: string
  readonly scopeName?: string
  readonly scopeVersion?: string
  readonly role: Role
  /** `gen_ai.operation.name`, such as `chat` or `embeddings`. */
  readonly name: string
  /** `gen_ai.provider.name`, in its newest spelling. */
  readonly provider?: string
  readonly requestModel?: string
  readonly responseModel?: string
  readonly responseId?: string
  /** The tier that served the call; absent or `standard`, `batch`, `flex`, `priority`, `fast`. */
  readonly serviceTier?: string
  readonly region?: string
  readonly serverAddress?: string
  readonly usage: Usage
  /** Whether the span's input tokens contained the cached ones; absent where nothing was cached. */
  readonly inclusive?: boolean | 'ambiguous'
  /** The counts as the span has them, before they were made into `usage`; absent where it has none. */
  readonly rawUsage?: ReportedUsage
  readonly reportedCost?: ReportedCost
  readonly errorType?: string
}

export interface Dialect {
  readonly name: string
  /** The scopes that it is asked about, a prefix where the name ends in `*`; absent: every scope. */
  readonly scopes?: readonly string[]
  /** A span with none of these span attributes is not ours; a scanner may skip it unread. */
  readonly marks: readonly string[]
  /** Every span attribute that `read` may ask for, `marks` included. */
  readonly keys: readonly string[]
  /** `undefined`: not a GenAI operation of this dialect. */
  read(span: SpanFacts): Operation | undefined
}
