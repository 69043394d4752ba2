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
  SUMS,
  TEXT,
  WHERE,
} from './openapi-parts.ts'

/** Traces and what is in them, as OpenAPI describes them; a part of `openapi.ts`. */

const ENTRIES = listOf(ref('schemas/Entry'))

const TRACE_ID = { type: 'string', pattern: '^[0-9a-fA-F]{32}$' }

const SPAN_ID = { type: 'string', pattern: '^[0-9a-fA-F]{16}$' }

const TEXTS = object({ texts: listOf(TEXT), at: listOf({ type: 'integer', minimum: -1 }) })

export const TRACE_SCHEMAS = {
  Columns: {
    ...object({
      startTimeUnixNano: TEXT,
      spanId: listOf(TEXT),
      parent: listOf({ type: 'integer', minimum: -2 }),
      startNano: listOf(COUNT),
      durationNano: listOf(COUNT),
      name: TEXTS,
      service: TEXTS,
      operation: TEXTS,
      model: TEXTS,
      standing: TEXTS,
      status: TEXTS,
      cost: TEXTS,
    }),
    description:
      'One place in each list for each span, by start. `parent` is the place of the parent; -1: ' +
      'it has none, -2: it is not known. Starts are counted from `startTimeUnixNano`. Of texts, ' +
      '`at` is the place in `texts`; -1: none. Costs are exact decimals of USD',
  },
}

const PERCENTILES = {
  operations: COUNT,
  p50: MONEY,
  p90: MONEY,
  p99: MONEY,
  most: MONEY,
  cacheSaved: MONEY,
  cacheExtra: MONEY,
}
const WHERE_THERE_ARE_SOME = ['p50', 'p90', 'p99', 'most']

export const TRACE_PATHS = {
  '/api/v1/percentiles': get(
    'What single operations cost, exact and of the newest 50 000; what has no price is left out',
    [
      query('by', 'Up to 8 label names, separated by commas, such as model,agent', TEXT),
      ...RANGE,
      WHERE,
    ],
    object(
      {
        ...ASKED,
        rows: listOf(object({ labels: LABELS, ...PERCENTILES }, WHERE_THERE_ARE_SOME)),
        total: object(PERCENTILES, WHERE_THERE_ARE_SOME),
        newestOnly: FLAG,
        truncated: FLAG,
      },
      ['from', 'to'],
    ),
  ),
  '/api/v1/forecast': get(
    'What the present month is expected to come to',
    [ref('parameters/zone'), WHERE],
    object(
      {
        ...ASKED,
        spent: MONEY,
        forecast: MONEY,
        method: { enum: ['profile', 'line'] },
      },
      ['forecast', 'method'],
    ),
  ),
  '/api/v1/traces': get(
    'The most expensive traces with an operation in the range',
    [
      query('sort', 'By what', { enum: ['cost'], default: 'cost' }),
      ...RANGE,
      WHERE,
      limit(1000, 20),
    ],
    object(
      {
        ...ASKED,
        traces: listOf(object({ traceId: TEXT, start: INSTANT, ...SUMS, unpriced: COUNT })),
      },
      ['from', 'to'],
    ),
  ),
  '/api/v1/traces/{traceId}': get(
    'All spans that are known of one trace, and what its counted operations cost',
    [
      { name: 'traceId', in: 'path', required: true, schema: TRACE_ID },
      query('spans', 'The spans as columns, in place of `spans` and `entries`', {
        enum: ['columns'],
      }),
    ],
    object(
      {
        traceId: TEXT,
        ...COUNTED,
        byModel: listOf(object({ model: TEXT, ...COUNTED }, ['model'])),
        byService: listOf(object({ service: TEXT, ...COUNTED }, ['service'])),
        byAgent: listOf(object({ agent: TEXT, ...COUNTED }, ['agent'])),
        topSubtrees: listOf(object({ ...PLACE, ...COUNTED }, ['parentSpanId', 'service'])),
        spans: listOf(ref('schemas/Span')),
        entries: ENTRIES,
        columns: ref('schemas/Columns'),
        truncated: FLAG,
      },
      ['spans', 'entries', 'columns'],
    ),
  ),
  '/api/v1/entries': get(
    'Entries of one trace, oldest first',
    [
      query('traceId', 'Of which trace', TRACE_ID, true),
      query('spanId', 'Of which span; absent: of all', SPAN_ID),
      limit(10_000, 100),
    ],
    object({ entries: ENTRIES, truncated: FLAG }),
  ),
}
