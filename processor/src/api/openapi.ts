import { BUDGET_PATHS, BUDGET_SCHEMAS } from './openapi-budgets.ts'
import {
  ASKED,
  COUNT,
  COUNTED,
  FLAG,
  get,
  INSTANT,
  LABELS,
  limit,
  listOf,
  MONEY,
  object,
  PLACE,
  query,
  RANGE,
  ref,
  SPEND,
  STANDING,
  TEXT,
  WHERE,
} from './openapi-parts.ts'
import { TRACE_PATHS, TRACE_SCHEMAS } from './openapi-traces.ts'

/**
 * The API as OpenAPI 3.1, written by hand; `openapi.test.ts` holds it against the routes and against
 * real answers.
 */
export function describeApi(version: string) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'spancost',
      version,
      description: 'What GenAI operations cost. Everything is read by GET or HEAD.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: { ...PATHS, ...TRACE_PATHS, ...BUDGET_PATHS },
    components: {
      schemas: { ...SCHEMAS, ...TRACE_SCHEMAS, ...BUDGET_SCHEMAS },
      parameters: PARAMETERS,
      responses: {
        Problem: {
          description: 'Why there is no answer, as RFC 9457 says it',
          content: { 'application/problem+json': { schema: ref('schemas/Problem') } },
        },
      },
    },
  }
}

const PARAMETERS = {
  from: query(
    'from',
    'Only operations that started then or later: ISO 8601 (without a zone: in `zone`), Unix ' +
      'milliseconds, a word (now, today, yesterday, this-week, last-week, this-month, ' +
      'last-month: where it starts), or so long ago (24h, 7d, 4w)',
    TEXT,
  ),
  to: query('to', 'Only operations that started before then; in the forms of `from`', TEXT),
  range: query(
    'range',
    'Instead of both: today, yesterday, this-week, last-week, this-month, last-month, or 24h, 7d, 4w',
    TEXT,
  ),
  zone: query('zone', 'IANA time zone of dates, words and periods', { ...TEXT, default: 'UTC' }),
}

/** What an entry leaves out where the span did not say it or there is nothing to say. */
const WHERE_KNOWN = [
  'parentSpanId',
  'provider',
  'requestModel',
  'responseModel',
  'responseId',
  'serviceTier',
  'region',
  'serverAddress',
  'scopeName',
  'scopeVersion',
  'inclusive',
  'rawUsage',
  'reportedCost',
  'errorType',
  'reason',
  'detail',
  'source',
  'card',
  'cost',
  'list',
  'arrivedWith',
]

const RATING_MEMBERS = {
  status: { enum: ['priced', 'free', 'partial', 'estimated', 'unpriced'] },
  reason: TEXT,
  detail: TEXT,
  source: { enum: ['provider', 'book', 'override', 'self_hosted'] },
  card: TEXT,
  book: TEXT,
  cost: MONEY,
  list: MONEY,
}
const RATING = object(RATING_MEMBERS, ['reason', 'detail', 'source', 'card', 'cost', 'list'])

const UNIT = { unit: TEXT, quantity: { type: 'number' }, rate: TEXT, cost: MONEY }
const UNITS = listOf(object(UNIT, ['rate', 'cost']))
const { status, reason, card, cost } = RATING_MEMBERS
const OF_OPERATION = { standing: STANDING, status, reason, card, cost, units: UNITS }

const SCHEMAS = {
  Money: object({
    amount: { type: 'string', description: 'An exact decimal without trailing zeros' },
    currency: { const: 'USD' },
  }),
  SpendRow: object(
    {
      start: { ...INSTANT, description: 'Of the period; only with granularity' },
      labels: LABELS,
      ...SPEND,
    },
    ['start'],
  ),
  Spend: object(SPEND),
  Entry: object(
    {
      traceId: TEXT,
      spanId: TEXT,
      parentSpanId: TEXT,
      spanName: TEXT,
      startTimeUnixNano: TEXT,
      endTimeUnixNano: TEXT,
      recordedAt: INSTANT,
      operation: TEXT,
      dialect: TEXT,
      scopeName: TEXT,
      scopeVersion: TEXT,
      role: { enum: ['leaf', 'container', 'free'] },
      provider: TEXT,
      requestModel: TEXT,
      responseModel: TEXT,
      responseId: TEXT,
      serviceTier: TEXT,
      region: TEXT,
      serverAddress: TEXT,
      usage: { type: 'object' },
      inclusive: { enum: [true, false, 'ambiguous'] },
      rawUsage: { type: 'object' },
      reportedCost: object({ amount: TEXT, currency: TEXT, source: TEXT, key: TEXT }),
      errorType: TEXT,
      labels: LABELS,
      standing: STANDING,
      arrivedAs: STANDING,
      corrections: listOf(
        object(
          {
            reason: {
              enum: ['late_leaf', 'better_sighting', 'late_parent', 'settled', 'repriced'],
            },
            standing: STANDING,
            recordedAt: INSTANT,
            operations: { type: 'integer', description: 'Negative where spend was taken back' },
            cost: MONEY,
            rating: RATING,
          },
          ['rating'],
        ),
      ),
      ...RATING_MEMBERS,
      arrivedWith: RATING,
      units: UNITS,
    },
    WHERE_KNOWN,
  ),
  Span: object({ ...PLACE, subtree: object(COUNTED), operation: TEXT, ...OF_OPERATION }, [
    'parentSpanId',
    'service',
    'operation',
    ...Object.keys(OF_OPERATION),
  ]),
  Unpriced: object(
    {
      provider: TEXT,
      model: TEXT,
      status: { enum: ['unpriced', 'partial'] },
      operations: COUNT,
      firstHour: INSTANT,
      lastHour: INSTANT,
      reason: { ...TEXT, description: 'Of the newest one, as are detail and traceId' },
      detail: TEXT,
      traceId: TEXT,
      advice: object(
        {
          text: TEXT,
          config: { ...TEXT, description: 'Lines for spancost.yaml' },
          card: { ...TEXT, description: 'Lines for a file that prices.cards names' },
        },
        ['config', 'card'],
      ),
    },
    ['provider', 'model', 'reason', 'detail', 'traceId'],
  ),
  Rates: listOf(object({ unit: TEXT, rate: TEXT })),
  Card: object(
    {
      id: TEXT,
      provider: TEXT,
      model: TEXT,
      serviceTier: TEXT,
      region: TEXT,
      source: TEXT,
      currency: { const: 'USD' },
      from: INSTANT,
      to: INSTANT,
      eachDay: {
        ...object({ from: TEXT, to: TEXT }),
        description: 'UTC times of day between which it is valid; over midnight where `to` is less',
      },
      rates: ref('schemas/Rates'),
      contextTiers: listOf(object({ aboveInputTokens: COUNT, rates: ref('schemas/Rates') })),
      minimums: { type: 'object', additionalProperties: { type: 'number' } },
    },
    ['serviceTier', 'region', 'from', 'to', 'eachDay', 'contextTiers', 'minimums'],
  ),
  Problem: object(
    {
      type: { const: 'about:blank' },
      title: TEXT,
      status: { type: 'integer' },
      detail: TEXT,
      parameter: { type: 'string', description: 'The parameter in the way' },
    },
    ['parameter'],
  ),
}

const HEALTH = get('Whether the process answers', [], object({ status: { const: 'ok' } }))

const READY = get(
  'Whether requests are taken; 503 while not',
  [],
  object({ status: { enum: ['ready', 'not ready'] }, reason: TEXT }, ['reason']),
)

const PATHS = {
  '/api/v1/spend': get(
    'Spend of counted operations, by labels and time; the most expensive first',
    [
      query('by', 'Up to 8 label names, separated by commas, such as model,team', TEXT),
      ...RANGE,
      query('granularity', 'One row per period of the zone; weeks begin on Monday', {
        enum: ['hour', 'day', 'week', 'month'],
      }),
      WHERE,
      query('format', 'CSV has all rows, up to 100 000', {
        enum: ['json', 'csv'],
        default: 'json',
      }),
    ],
    object(
      {
        ...ASKED,
        rows: listOf(ref('schemas/SpendRow')),
        total: ref('schemas/Spend'),
        truncated: FLAG,
      },
      ['from', 'to'],
    ),
  ),
  '/api/v1/unpriced': get(
    'What has no price, or not all of it, and what to add; the most frequent first',
    [...RANGE, WHERE, limit(1000, 100)],
    object({ ...ASKED, unpriced: listOf(ref('schemas/Unpriced')), truncated: FLAG }, [
      'from',
      'to',
    ]),
  ),
  '/api/v1/held': get(
    'Agents that are no spend until it is clear that nothing below them tells the same usage',
    [...RANGE, WHERE, limit(2000, 100)],
    object(
      {
        ...ASKED,
        operations: COUNT,
        cost: MONEY,
        held: listOf(
          object(
            {
              traceId: TEXT,
              spanId: TEXT,
              spanName: TEXT,
              labels: LABELS,
              recordedAt: INSTANT,
              cost: MONEY,
            },
            ['cost'],
          ),
        ),
        truncated: FLAG,
        oldestOnly: FLAG,
      },
      ['from', 'to'],
    ),
  ),
  '/api/v1/prices': get(
    'The rates that would be used for a model, or why there are none',
    [
      query('provider', 'Such as openai', TEXT),
      query('model', 'Such as gpt-4o-mini', TEXT, true),
      query('tenant', 'By whose prices; absent: those of everybody', TEXT),
      query('at', 'When; absent: now', TEXT),
    ],
    object(
      {
        provider: TEXT,
        model: TEXT,
        tenant: TEXT,
        at: INSTANT,
        book: TEXT,
        card: ref('schemas/Card'),
        reason: TEXT,
        detail: TEXT,
      },
      ['provider', 'tenant', 'card', 'reason', 'detail'],
    ),
  ),
  '/api/v1/openapi.json': get('This document', [], { type: 'object' }),
  '/api/v1/healthz': HEALTH,
  '/api/v1/readyz': READY,
  '/healthz': HEALTH,
  '/readyz': READY,
  '/metrics': {
    get: {
      summary: 'Cost metrics and our own, in the Prometheus text format',
      responses: {
        200: { description: 'The metrics', content: { 'text/plain': { schema: TEXT } } },
        default: ref('responses/Problem'),
      },
    },
  },
}
