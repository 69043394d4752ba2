import { makeChatSpan } from './requests.ts'

/**
 * A request in OTLP/JSON: GenAI spans of a model with a price and of one without, and a foreign
 * span that has every kind of value and every field that a span can have.
 */
export const BY_HAND = {
  resourceSpans: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'checkout' } },
          {
            key: 'process.command_args',
            value: { arrayValue: { values: [{ stringValue: 'a' }] } },
          },
        ],
        droppedAttributesCount: 2,
      },
      scopeSpans: [
        {
          scope: {
            name: 'by-hand',
            version: '1.2',
            attributes: [{ key: 'k', value: { boolValue: true } }],
          },
          spans: [
            {
              ...makeChatSpan(0xa1, {
                provider: 'anthropic',
                model: 'claude-sonnet-4-5',
                input: 1001,
                output: 99,
              }),
              status: { code: 1 },
            },
            {
              traceId: '000000000000000000000000000000a1',
              spanId: '00000000000000a2',
              parentSpanId: '00000000000000a1',
              traceState: 'a=1,b=2',
              flags: 257,
              name: 'SELECT orders',
              kind: 3,
              startTimeUnixNano: '1793613600000000001',
              endTimeUnixNano: '1793613600000000002',
              attributes: [
                { key: 'db.system.name', value: { stringValue: 'postgresql' } },
                { key: 'rows', value: { intValue: '9223372036854775807' } },
                { key: 'ratio', value: { doubleValue: 0.1 } },
                { key: 'cached', value: { boolValue: false } },
                { key: 'empty', value: { stringValue: '' } },
                { key: 'nothing', value: {} },
                { key: 'bytes', value: { bytesValue: 'AAEC/w==' } },
                {
                  key: 'map',
                  value: { kvlistValue: { values: [{ key: 'x', value: { intValue: '-1' } }] } },
                },
              ],
              droppedAttributesCount: 1,
              events: [
                {
                  timeUnixNano: '1793613600000000001',
                  name: 'retry',
                  attributes: [{ key: 'n', value: { intValue: '1' } }],
                },
              ],
              links: [{ traceId: '000000000000000000000000000000b1', spanId: '00000000000000b2' }],
              status: { code: 2, message: 'deadlock' },
            },
            makeChatSpan(0xa3, { model: 'gpt-of-nobody', input: 5, output: 7 }),
          ],
          schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
        },
      ],
    },
  ],
}
