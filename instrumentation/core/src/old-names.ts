import { SemconvStability, semconvStabilityFromStr } from '@opentelemetry/instrumentation'
import type { Attributes } from '@opentelemetry/api'

/**
 * Names of the conventions up to 1.36, for dashboards that were made for them. Only what was renamed
 * is here; all else kept its name.
 */
const OLD_NAMES: Readonly<Record<string, string>> = {
  'gen_ai.provider.name': 'gen_ai.system',
  'openai.request.service_tier': 'gen_ai.openai.request.service_tier',
  'openai.response.service_tier': 'gen_ai.openai.response.service_tier',
  'gen_ai.usage.cache_write.input_tokens': 'gen_ai.usage.cache_creation.input_tokens',
}

/** Values that were renamed with them. */
const OLD_VALUES: Readonly<Record<string, string>> = { 'azure.ai.openai': 'az.ai.openai' }

/**
 * Whether `OTEL_SEMCONV_STABILITY_OPT_IN` asks for the old names beside the new ones, by `gen_ai/dup`.
 * The new ones are always there: with `gen_ai_latest_experimental`, and without any value.
 */
export function asksForOldNames(env: NodeJS.ProcessEnv = process.env): boolean {
  const asked = semconvStabilityFromStr('gen_ai', env['OTEL_SEMCONV_STABILITY_OPT_IN'])
  return asked === SemconvStability.DUPLICATE
}

/** The attributes, and those that were renamed under their old names, too. */
export function addOldNames(attributes: Attributes): Attributes {
  const both = { ...attributes }
  for (const [name, old] of Object.entries(OLD_NAMES)) {
    const value = attributes[name]
    if (value === undefined) continue
    both[old] = (typeof value === 'string' ? OLD_VALUES[value] : undefined) ?? value
  }
  return both
}
