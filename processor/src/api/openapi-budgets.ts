/** Budgets and decisions, as OpenAPI describes them; a part of `openapi.ts`. */

type JsonObject = Readonly<Record<string, unknown>>

const TEXT = { type: 'string' }
const COUNT = { type: 'integer', minimum: 0 }
const INSTANT = { type: 'string', format: 'date-time' }
const FREE = { type: 'object', additionalProperties: {} }

function object(properties: JsonObject, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required }
}

function ref(schema: string) {
  return { $ref: `#/components/schemas/${schema}` }
}

function inPath(name: string) {
  return { name, in: 'path', required: true, schema: TEXT }
}

function operation(
  summary: string,
  parameters: readonly JsonObject[],
  schema: JsonObject,
  { status = 200, body }: { status?: number; body?: JsonObject } = {},
) {
  return {
    summary,
    parameters,
    ...(body && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      [status]: { description: 'The answer', content: { 'application/json': { schema } } },
      default: { $ref: '#/components/responses/Problem' },
    },
  }
}

const WHY = object({ why: TEXT }, ['why'])

export const BUDGET_SCHEMAS = {
  Budget: {
    ...object({ id: TEXT, life: TEXT, state: TEXT, origin: TEXT, limit: FREE, counters: {} }),
    description:
      'A budget as the config writes it, and one counter for each value of `each` in the present ' +
      'window: limit, spent, held, left and forecast as money (in USD), tokens or operations; ' +
      'exchange, where the limit is in another currency, says of what, at what rate and of which ' +
      'day; ' +
      'forecastError is by how much percent forecasts were off in windows before',
    additionalProperties: {},
  },
  Decision: object(
    {
      decision: { enum: ['allow', 'throttle', 'downgrade', 'deny'] },
      retryAfterMs: COUNT,
      model: TEXT,
      budget: TEXT,
      window: TEXT,
      reason: {
        enum: ['limit', 'too_large', 'unpriced', 'throttled', 'downgraded', 'unavailable'],
      },
      levels: { type: 'array', items: FREE },
      holdId: TEXT,
      summary: TEXT,
      worstCase: FREE,
    },
    ['summary', 'retryAfterMs', 'model', 'budget', 'window', 'reason', 'holdId', 'worstCase'],
  ),
}

const STEPS = Object.fromEntries(
  ['approve', 'reject', 'close'].map((step) => [
    `/api/v1/budgets/{id}/${step}`,
    {
      post: operation(`${step} a budget`, [inPath('id')], ref('Budget'), { body: WHY }),
    },
  ]),
)

const HOLDS = Object.fromEntries(
  ['settle', 'release'].map((word) => [
    `/api/v1/holds/{id}/${word}`,
    {
      post: operation(
        `${word} what a decision has reserved`,
        [inPath('id')],
        object({ holdId: TEXT, state: TEXT }),
      ),
    },
  ]),
)

/** Takes every method, as it is asked about requests of others. */
const MAY_PASS = operation(
  'May this request pass? For Envoy: 200 or not; what is asked stands in x-spancost-* headers',
  [inPath('path')],
  ref('Decision'),
)

export const BUDGET_PATHS = {
  '/api/v1/budgets': {
    get: operation(
      'Every budget, and where it stands in its present window',
      [],
      object({ budgets: { type: 'array', items: ref('Budget') } }),
    ),
    post: operation('Ask for a budget', [], ref('Budget'), {
      status: 201,
      body: object({ budget: FREE, why: TEXT }, ['why']),
    }),
  },
  '/api/v1/budgets/{id}': { get: operation('One budget', [inPath('id')], ref('Budget')) },
  ...STEPS,
  '/api/v1/audit': {
    get: operation(
      'What happened to budgets, the newest first',
      [
        { name: 'budget', in: 'query', required: false, schema: TEXT },
        { name: 'limit', in: 'query', required: false, schema: COUNT },
      ],
      object({
        steps: {
          type: 'array',
          items: object(
            { at: INSTANT, budgetId: TEXT, what: TEXT, who: TEXT, why: TEXT, budget: FREE },
            ['why', 'budget'],
          ),
        },
      }),
    ),
  },
  '/api/v1/decisions': {
    post: operation('May this call be made?', [], ref('Decision'), { body: FREE }),
  },
  '/api/v1/decisions/{requestId}': {
    get: operation('What was answered, and why', [inPath('requestId')], {
      ...FREE,
      description: 'A Decision with its time, state and dimensions',
    }),
  },
  ...HOLDS,
  '/api/v1/ext-authz/{path}': { get: MAY_PASS, post: MAY_PASS },
  '/api/v1/alerts': {
    get: operation(
      'What people were told of budgets',
      [],
      object({
        alerts: {
          type: 'array',
          items: object(
            {
              key: TEXT,
              title: TEXT,
              since: INSTANT,
              told: INSTANT,
              resolved: INSTANT,
              snoozedUntil: INSTANT,
              acknowledgedBy: TEXT,
            },
            ['title', 'told', 'resolved', 'snoozedUntil', 'acknowledgedBy'],
          ),
        },
      }),
    ),
  },
  '/api/v1/alerts/{key}/acknowledge': {
    post: operation('Say that somebody knows', [inPath('key')], object({ key: TEXT })),
  },
  '/api/v1/alerts/{key}/snooze': {
    post: operation('Tell nobody again before', [inPath('key')], object({ key: TEXT }), {
      body: object({ until: INSTANT }),
    }),
  },
}
