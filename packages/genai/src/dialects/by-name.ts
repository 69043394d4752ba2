import { createDialect } from '../create-dialect.ts'
import type { Dialect } from '../operation.ts'
import { GEN_AI } from '../gen-ai.ts'

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
    ...GEN_AI,
    scopes,
  }),
)
