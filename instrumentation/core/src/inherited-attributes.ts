import { createContextKey, type Attributes, type Context } from '@opentelemetry/api'

const KEY = createContextKey('spancost inherited attributes')

/**
 * Attributes for the span of every call below, such as the agent that makes it. What is added to the
 * object later holds for the calls that come after.
 */
export function setInheritedAttributes(ctx: Context, attributes: Attributes): Context {
  return ctx.setValue(KEY, attributes)
}

export function getInheritedAttributes(ctx: Context): Attributes {
  return (ctx.getValue(KEY) as Attributes | undefined) ?? {}
}
