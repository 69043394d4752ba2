import { createDialect } from '../create-dialect.ts'
import type { Dialect } from '../operation.ts'
import {
  classifyGenAi,
  GEN_AI_COSTS,
  GEN_AI_COUNTS,
  GEN_AI_MARKS,
  GEN_AI_TEXTS,
} from '../gen-ai.ts'

/**
 * Emitters whose spans are read like plain conventions. They have a name of their own because what
 * their input tokens mean is their own as well; `conventions.ts` has it, by the same scopes.
 */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  'aws-distro': ['@aws/*', 'amazon.opentelemetry.*'],
  'agent-framework': ['agent_framework*', 'Experimental.Microsoft.Agents.AI*'],
  'extensions-ai': ['Experimental.Microsoft.Extensions.AI*'],
  'semantic-kernel': ['Microsoft.SemanticKernel*', 'semantic_kernel*'],
  'azure-ai-inference': ['@azure*', 'azure.ai.*'],
  'spring-ai': ['org.springframework.*'],
  sentry: ['@sentry/*', 'sentry*'],
}

export const byName: readonly Dialect[] = Object.entries(SCOPES).map(([name, scopes]) =>
  createDialect({
    name,
    scopes,
    marks: GEN_AI_MARKS,
    texts: GEN_AI_TEXTS,
    counts: GEN_AI_COUNTS,
    costs: GEN_AI_COSTS,
    classify: classifyGenAi,
  }),
)
