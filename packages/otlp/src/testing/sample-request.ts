/**
 * A trace request in OTLP/JSON as an SDK sends it, with the keys that KEYS (random-request.ts)
 * names: two services, three scopes, four spans of which three are marked.
 */
export const sampleRequest = {
  resourceSpans: [
    {
      resource: {
        attributes: [
          { key: 'service.name', value: { stringValue: 'shop' } },
          { key: 'process.pid', value: { intValue: '4711' } },
          {
            key: 'process.command_args',
            value: { arrayValue: { values: [{ stringValue: 'node' }, { stringValue: 'app.js' }] } },
          },
        ],
        droppedAttributesCount: 2,
      },
      scopeSpans: [
        {
          scope: { name: 'instrumentation-http', version: '0.223.0' },
          spans: [
            {
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: 'b7ad6b7169203331',
              name: 'POST /ask',
              kind: 2,
              startTimeUnixNano: '1764000000000000000',
              endTimeUnixNano: '1764000002000000000',
              attributes: [{ key: 'http.request.method', value: { stringValue: 'POST' } }],
              status: {},
            },
          ],
        },
        {
          scope: {
            name: 'instrumentation-genai',
            version: '1.4.0',
            attributes: [{ key: 'test.team', value: { stringValue: 'search' } }],
          },
          spans: [
            {
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: '00f067aa0ba902b7',
              parentSpanId: 'b7ad6b7169203331',
              name: 'chat gpt-5',
              kind: 3,
              startTimeUnixNano: '1764000000100000000',
              endTimeUnixNano: '1764000001900000000',
              attributes: [
                { key: 'test.mark', value: { stringValue: 'openai' } },
                { key: 'test.model', value: { stringValue: 'gpt-5' } },
                { key: 'test.tokens', value: { intValue: '1200' } },
                { key: 'test.größe', value: { doubleValue: 0.25 } },
              ],
              events: [
                {
                  timeUnixNano: '1764000000500000000',
                  name: 'first token',
                  attributes: [{ key: 'streaming', value: { boolValue: true } }],
                },
              ],
              links: [{ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '53995c3f42cd8ad8' }],
              status: { code: 2, message: 'it took too long' },
              flags: 257,
            },
            {
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: '53995c3f42cd8ad8',
              parentSpanId: '00f067aa0ba902b7',
              name: 'embeddings 文字',
              startTimeUnixNano: '1764000000200000000',
              endTimeUnixNano: '1764000000300000000',
              attributes: [
                { key: 'out.total', value: { doubleValue: 0.5 } },
                { key: 'test.mark', value: { stringValue: 'openai' } },
                { key: 'raw', value: { bytesValue: 'AP8=' } },
                { key: 'out.status', value: { stringValue: 'priced' } },
              ],
            },
          ],
          schemaUrl: 'https://opentelemetry.io/schemas/1.37.0',
        },
      ],
    },
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'search' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
              spanId: '53995c3f42cd8ad8',
              name: 'rerank',
              startTimeUnixNano: '1764000000000000001',
              endTimeUnixNano: '1764000000000000002',
              attributes: [
                {
                  key: 'test.model',
                  value: { kvlistValue: { values: [{ key: 'a', value: { intValue: '-1' } }] } },
                },
                { key: 'test.other.mark', value: { boolValue: true } },
              ],
            },
          ],
        },
      ],
    },
  ],
}
