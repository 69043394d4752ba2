import { TOKEN_TYPES } from '@spancost/ledger'
import { COST_PARTS } from '@spancost/pricing'

/** Words that the parts of the OpenAPI document share. */

export type JsonObject = Readonly<Record<string, unknown>>

export function ref(to: string) {
  return { $ref: `#/components/${to}` }
}

export function get(summary: string, parameters: readonly JsonObject[], schema: JsonObject) {
  return {
    get: {
      summary,
      parameters,
      responses: {
        200: { description: 'The answer', content: { 'application/json': { schema } } },
        default: ref('responses/Problem'),
      },
    },
  }
}

export function query(name: string, description: string, schema: JsonObject, required = false) {
  return { name, in: 'query', description, required, schema }
}

export function object(properties: JsonObject, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required }
}

export const TEXT = { type: 'string' }
export const COUNT = { type: 'integer', minimum: 0 }
export const FLAG = { type: 'boolean' }
export const INSTANT = { type: 'string', format: 'date-time' }
export const MONEY = ref('schemas/Money')
export const STANDING = { enum: ['counted', 'held', 'restated', 'echo'] }
export const LABELS = { type: 'object', additionalProperties: TEXT }

export function listOf(items: JsonObject) {
  return { type: 'array', items }
}

export function limit(maximum: number, byDefault: number) {
  const schema = { type: 'integer', minimum: 1, maximum, default: byDefault }
  return query('limit', 'How many at most', schema)
}

export const RANGE = ['from', 'to', 'range', 'zone'].map((name) => ref(`parameters/${name}`))

/** What of it an answer repeats, in figures. */
export const ASKED = { from: INSTANT, to: INSTANT, zone: TEXT }

export const SUMS = {
  cost: MONEY,
  parts: object(Object.fromEntries(COST_PARTS.map((part) => [part, MONEY]))),
  tokens: object(Object.fromEntries(TOKEN_TYPES.map((type) => [type, COUNT]))),
  operations: COUNT,
}

export const SPEND = { ...SUMS, statuses: { type: 'object', additionalProperties: COUNT } }

export const COUNTED = { cost: MONEY, operations: COUNT, unpriced: COUNT }

/** What every span has. */
const TIMES = { startTimeUnixNano: TEXT, endTimeUnixNano: TEXT }
export const PLACE = { spanId: TEXT, parentSpanId: TEXT, name: TEXT, service: TEXT, ...TIMES }

export const WHERE = query(
  'where',
  'Only operations with this label, such as team=search (team= for none); repeated: another value ' +
    'of the label, or another label',
  listOf(TEXT),
)
